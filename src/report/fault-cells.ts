import { counted, formatCount, formatSeconds } from '../format.ts'
import type { FaultProgress } from '../load/faults/fault-record.ts'
import type { FaultJson, LossesJson } from '../run-file/json/load-result-json.ts'
import type { LoadResultJson } from '../run-file/schema/load-result-schema.ts'
import { faultEffects, type FaultEffect } from '../run-file/fault-effects.ts'

/** A fault as every report shows it. */
export interface FaultCells {
  readonly fault: string
  /** What exactly broke, or why nothing did; empty if the label says all. */
  readonly what: string
  readonly state: FaultJson['state']
  /** When it began, or was due, after the start of the measurement: `20.0 s`. */
  readonly at: string
  /** How long it lasted: `3.0 s`; `–` for one that stays. */
  readonly lasted: string
  /** Requests that were not ok, until the next fault. */
  readonly notOk: string
  /** Whole seconds without a success: `2 s`. */
  readonly withoutSuccess: string
  /** How long requests failed: `4.1 s`. */
  readonly failingFor: string
}

/** The faults of a load, in order. */
export function faultCells(result: LoadResultJson): readonly FaultCells[] {
  const effects = faultEffects(result)
  return result.faults.map((fault, at) => cellsOf(fault, effects[at] ?? null))
}

/** Whether a fault did what the scenario asked for. */
export function isInjected({ state }: Pick<FaultJson, 'state'>): boolean {
  return state === 'injected' || state === 'elsewhere'
}

/** What the figures of faults are. */
export const FAULT_NOTE =
  'requests that failed, timed out or were dropped from a fault until the next one, to whole seconds'

const UNKNOWN = '–'

function cellsOf(fault: FaultJson, effect: FaultEffect | null): FaultCells {
  const { label, state, plannedAtMs } = fault
  return {
    fault: label,
    what: state === 'failed' ? fault.reason : (fault.what ?? ''),
    state,
    at: formatSeconds('fromMs' in fault ? fault.fromMs : plannedAtMs),
    lasted: lastedText(fault),
    notOk: effect === null ? UNKNOWN : formatCount(effect.notOk),
    withoutSuccess: effect === null ? UNKNOWN : `${formatCount(effect.withoutSuccessSeconds)} s`,
    failingFor:
      effect === null || effect.failingForMs === null
        ? UNKNOWN
        : formatSeconds(effect.failingForMs),
  }
}

function lastedText(fault: FaultJson): string {
  if (fault.state !== 'injected') return UNKNOWN
  const lastedMs = fault.toMs - fault.fromMs
  // The time that it takes to be injected is no duration of the fault.
  return lastedMs === 0 ? UNKNOWN : formatSeconds(lastedMs)
}

/** A fault in a few words, for charts: `pause gateway, 3.0 s`. Tables say what exactly broke. */
export function faultText(fault: FaultProgress): string {
  const { label, state } = fault
  switch (state) {
    case 'injected': {
      const lasted = lastedText(fault)
      return lasted === UNKNOWN ? label : `${label}, ${lasted}`
    }
    case 'failed':
      return `${label}: failed`
    case 'elsewhere':
      return `${label}, by another shard`
    case 'not reached':
      return `${label}: not reached`
    case 'on':
    case 'planned':
      return label
  }
}

/** What became of an operation's promises: `12 of 3,000 registrations lost, no duplicates`. */
export function lossesText(losses: LossesJson): string {
  if (losses.kind === 'unknown') return `unknown, ${losses.reason}`
  const { of, promised, lost, duplicates } = losses
  const noun = of === 'registrations' ? 'registration' : 'message'
  const found = `${formatCount(lost)} of ${counted(promised, noun)} lost`
  return duplicates === null ? found : `${found}, ${counted(duplicates, 'duplicate')}`
}

/** Names of some that were lost, such as `user-1, user-2 and 10 more`; empty if none was. */
export function lostNames(losses: LossesJson): string {
  if (losses.kind === 'unknown') return ''
  const { lost, examples } = losses
  const more = lost - examples.length
  if (examples.length === 0) return ''
  return more > 0 ? `${examples.join(', ')} and ${formatCount(more)} more` : examples.join(', ')
}

/** Whether a promise was broken, or could have been without anybody knowing. */
export function isBroken(losses: LossesJson): boolean {
  return losses.kind === 'unknown' || losses.lost > 0 || (losses.duplicates ?? 0) > 0
}
