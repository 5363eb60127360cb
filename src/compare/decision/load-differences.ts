import { formatPercentDown } from '../../format.ts'
import { rowOf, windowRecoveryMs } from '../../load/slo/bound-row.ts'
import type { ScenarioEntry } from '../../run-file/run-file.ts'
import { differingFields, type FieldDifference } from './fingerprint-differences.ts'
import { NONE, NOT_RECORDED } from '../../run-file/provenance/environment-fields.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>

/**
 * The fields in which two loads differ, as far as run files tell; empty if they are the same. A run file has
 * a hash of the load's source and of the weights, parameters and data that it declares: if only the hash
 * differs, the difference is in one of these.
 */
export function loadDifferences(
  baseline: Measured,
  candidate: Measured,
): readonly FieldDifference[] {
  const schedules = differingFields(scheduleOf(baseline), scheduleOf(candidate))
  const [a, b] = [baseline.workloadHash, candidate.workloadHash]
  if (a === b) return schedules
  const others = differingFields(settingsOf(baseline), settingsOf(candidate))
  const named = [...schedules, ...others]
  const isExplained = named.some(({ field }) => field !== SLO)
  return isExplained
    ? named
    : [{ field: SOURCE, baseline: a ?? NOT_RECORDED, candidate: b ?? NOT_RECORDED }, ...named]
}

/** A difference that only the hash shows. */
const SOURCE = 'source or parameters'

/** Part of the source, so it doesn't explain the rest of the hash. */
const SLO = 'SLO'

/** The fields that make loads differ even if their hashes agree. */
function scheduleOf({ result }: Measured): ReadonlyMap<string, string> {
  const { model, arrivals, durationMs, warmUpMs, faults, traces } = result
  return new Map([
    ['model', model.kind],
    [model.kind === 'open' ? 'arrivals' : 'users', arrivals],
    ['duration', seconds(durationMs)],
    ['warm-up', seconds(warmUpMs)],
    ['faults', faults.map(plannedText).join(', ') || NONE],
    // Recording spans takes time of each request.
    ['tracing', traces === undefined ? 'off' : 'on'],
  ])
}

function settingsOf({ result, bounds }: Measured): ReadonlyMap<string, string> {
  const { model, seed, limits, operations } = result
  const names = operations.map(({ name }) => name)
  return new Map([
    ...(model.kind === 'open' ? [] : ([['think time', model.thinkTime.label]] as const)),
    ['operations', names.join(', ')],
    ['random seed', String(seed)],
    ['max in flight', String(limits.maxInFlight)],
    ['when full', limits.whenFull],
    ['timeout', seconds(limits.timeoutMs)],
    ['grace period', seconds(limits.gracePeriodMs)],
    [SLO, bounds.map((bound) => boundText(bound, names)).join('; ') || NONE],
  ])
}

/** `kill Redis primary at 20 s`: what came of it differs from run to run. */
function plannedText({ label, plannedAtMs }: Measured['result']['faults'][number]): string {
  return `${label} at ${seconds(plannedAtMs)}`
}

function boundText(bound: Measured['bounds'][number], operations: readonly string[]): string {
  const { operation, metric, unit, comparison, bound: value } = rowOf(bound, operations)
  const every = bound.everyMs === null ? '' : ` every ${seconds(bound.everyMs)}`
  const recoveryMs = windowRecoveryMs(bound)
  const exempt = recoveryMs === undefined ? '' : `, but for ${seconds(recoveryMs)} after a fault`
  const limit = {
    ms: `${value} ms`,
    '1/s': `${value}/s`,
    ratio: formatPercentDown(value),
    number: String(value),
  }
  return `${operation} ${metric}${every} ${comparison} ${limit[unit]}${exempt}`
}

function seconds(ms: number): string {
  return `${ms / 1_000} s`
}
