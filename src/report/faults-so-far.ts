import { redactUrls } from '../environment/redact-url.ts'
import { formatSeconds } from '../format.ts'
import type { FaultProgress } from '../load/faults/fault-record.ts'
import { printable } from '../printable.ts'

/** A fault of a running load in a few words. */
export interface FaultSoFar {
  readonly text: string
  readonly state: FaultProgress['state']
}

/**
 * The faults of a running load that are of interest now: those that are on, the latest that began, and the next one. Harmless
 * to print.
 * @param elapsedMs since the measurement began.
 */
export function faultsSoFar(
  faults: readonly FaultProgress[],
  elapsedMs: number,
): readonly FaultSoFar[] {
  const on = faults.filter(({ state }) => state === 'on')
  const latest = faults.findLast(({ state }) => state === 'injected' || state === 'failed')
  const next = faults.find(
    ({ state, plannedAtMs }) =>
      state === 'planned' || (state === 'elsewhere' && plannedAtMs > elapsedMs),
  )
  return [...on, latest, next].flatMap((fault) =>
    fault === undefined ? [] : [{ text: textOf(fault, elapsedMs), state: fault.state }],
  )
}

function textOf(fault: FaultProgress, elapsedMs: number): string {
  const label = harmless(fault.label)
  const what = fault.what === null ? '' : ` (${harmless(fault.what)})`
  switch (fault.state) {
    case 'on':
      return `${label}${what}, began ${since(fault.fromMs, elapsedMs)} ago`
    case 'injected': {
      const isOver = fault.toMs > fault.fromMs
      return `${label}${what}, ${isOver ? 'over ' : ''}${since(fault.toMs, elapsedMs)} ago`
    }
    case 'failed':
      return `${label} failed: ${harmless(fault.reason)}`
    case 'planned':
    case 'elsewhere':
      return `${label} in ${since(elapsedMs, fault.plannedAtMs)}`
    case 'not reached':
      return `${label}, not reached`
  }
}

/** Without passwords of addresses. */
function harmless(text: string): string {
  return printable(redactUrls(text))
}

function since(fromMs: number, toMs: number): string {
  return formatSeconds(Math.max(toMs - fromMs, 0))
}
