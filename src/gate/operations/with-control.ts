import { EnvironmentError } from '../../environment/environment-error.ts'
import type { Both } from '../versions/both.ts'
import { misfitIn } from '../versions/incompatible.ts'
import { endingOf } from './fork-measurement.ts'
import type { FailedVersion } from './version-failure.ts'

/**
 * Measures both versions in one process. If that fails, measures the baseline against itself: a failure
 * that occurs there as well is not the candidate's fault.
 * @param measure is given the project folder to use as the candidate.
 * @returns the measurement, or the version that failed.
 * @throws EnvironmentError if the candidate can't be imported, the servers are unreachable, or the
 *   process of the baseline against itself ends without a result; the signal's reason if it is aborted.
 */
export async function withControl<T extends { readonly kind: 'measured' }>(
  measure: (candidate: string) => Promise<T | FailedVersion>,
  { baseline, candidate }: Both<string>,
  signal: AbortSignal,
): Promise<T | FailedVersion> {
  // Blamed on the candidate unless the control dies as well.
  const ending = await endingOf(
    () => measure(candidate),
    (error) => ({ kind: 'failed', version: 'candidate', phase: 'call', error }) as const,
    signal,
  )
  if (ending.kind === 'measured') return ending
  const control = await measure(baseline)
  if (control.kind === 'measured') {
    if (ending.version === 'baseline' || ending.phase !== 'import') return ending
    throw new EnvironmentError(`The candidate can't be imported: ${ending.error}`)
  }
  if (control.phase === 'connect' && misfitIn(control.error) === null) {
    throw new EnvironmentError(`The baseline can no longer connect: ${control.error}`)
  }
  return { ...control, version: 'baseline' }
}
