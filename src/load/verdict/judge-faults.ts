import { formatSeconds } from '../../format.ts'
import type { LoadResult } from '../result.ts'
import type { VerdictReason } from './verdict-thresholds.ts'

/**
 * Judges whether what was to break has broken. A fault that failed, or that the load did not come to, leaves open what
 * the system would have done, even if every bound is met: met in spite of a fault that never was proves nothing.
 */
export function judgeFaults(result: LoadResult): readonly VerdictReason[] {
  const { faults, isInterrupted, abortReason } = result
  const isEndedEarly = isInterrupted || abortReason !== null
  const injected = faults.filter(
    ({ state }) => state === 'injected' || state === 'elsewhere',
  ).length
  return faults.flatMap((fault): readonly VerdictReason[] => {
    const { label, plannedAtMs } = fault
    const failure = { figure: 'faults injected', measured: injected, threshold: faults.length }
    if (fault.state === 'failed') {
      const message = `the fault "${label}" failed ${formatSeconds(fault.fromMs)} after the measurement began: ${fault.reason}`
      return [{ ...failure, message }]
    }
    if (fault.state !== 'not reached' || isEndedEarly) return []
    const message = `the fault "${label}" was not injected: the load ended before it was due, at ${formatSeconds(plannedAtMs)}`
    return [{ ...failure, message }]
  })
}
