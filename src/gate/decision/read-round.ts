import { withIntervals } from '../../run-file/json/intervals-json.ts'
import { countedDeliveries, inTime } from '../../load/totals.ts'
import type { HistogramJson } from '../../run-file/schema/values-schema.ts'
import type { LoadResultJson } from '../../run-file/schema/load-result-schema.ts'
import type { ScenarioEntry } from '../../run-file/run-file.ts'
import {
  comparisonOf,
  defaultMetrics,
  validityOf,
  type Comparison,
  type DefaultMetrics,
  type Metric,
  type OperationMetric,
} from './metric.ts'
import type { GateRound, Reading, Readings } from './round.ts'
import type { Both, VersionName } from '../versions/both.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>
type Unmeasured = Extract<ScenarioEntry, { state: 'unmeasured' | 'lost' }>
type OperationEntry = LoadResultJson['operations'][number]
type DeliveriesEntry = NonNullable<OperationEntry['deliveries']>
type Counted = Extract<DeliveriesEntry, { kind: 'counted' }>
type Unknown = Extract<DeliveriesEntry, { kind: 'unknown' }>
type Figures = Pick<HistogramJson, 'figures'>

/** The parts of an operation's entry that a gate reads. */
export interface OperationFigures extends Pick<OperationEntry, 'name' | 'counts'> {
  readonly response: Figures
  readonly service: Figures
  readonly deliveries:
    | (Pick<Counted, 'kind' | 'expected' | 'missing'> & { readonly completion: Figures })
    | Unknown
    | null
}

type ResultFigures = Pick<
  LoadResultJson,
  'isInterrupted' | 'abortReason' | 'measuredMs' | 'intervals'
> & {
  readonly model: Pick<LoadResultJson['model'], 'kind'>
  readonly operations: readonly OperationFigures[]
}

/** The parts of a scenario's entry that a gate reads; every `ScenarioEntry` qualifies. */
export type ScenarioFigures =
  | (Pick<Measured, 'state' | 'name' | 'testStatus' | 'verdict'> & {
      readonly result: ResultFigures
    })
  | Pick<Unmeasured, 'state' | 'name' | 'error'>

/** The scenarios of two runs, one per version. */
export type RoundEntries = Both<readonly ScenarioFigures[]>

/**
 * The comparisons that a round allows: scenario × operation × metric of either version, and each scenario's
 * validity. Those that only one version has are included, and will be found not comparable.
 * @param metrics requested by name, or the applicable default.
 */
export function findComparisons(
  { baseline, candidate }: RoundEntries,
  metrics: readonly OperationMetric[] | DefaultMetrics,
): readonly Comparison[] {
  const isAsked = typeof metrics !== 'string'
  const found = new Map<string, Comparison>()
  const add = (comparison: Comparison): void => void found.set(comparison.id, comparison)
  for (const scenario of [...candidate, ...baseline]) {
    add(validityOf(scenario.name))
    if (scenario.state !== 'measured') continue
    for (const operation of scenario.result.operations) {
      for (const metric of isAsked ? metrics : defaultMetrics(metrics)) {
        if (operation.deliveries === null && isOfDeliveries(metric)) continue
        add(comparisonOf(scenario.name, operation.name, metric, isAsked))
      }
    }
  }
  return [...found.values()]
}

/**
 * Reads the values of each comparison from a round's two runs. It fails closed: ratios are read from invalid
 * measurements, too, and values that only one version lacks count against its validity.
 * @param first the version that ran first.
 */
export function readRound(
  comparisons: readonly Comparison[],
  entries: RoundEntries,
  first: VersionName,
): GateRound {
  const scenarios = { baseline: byName(entries.baseline), candidate: byName(entries.candidate) }
  const read = (version: VersionName): Readings =>
    Object.fromEntries(
      comparisons.map((comparison) => [comparison.id, readOne(comparison, scenarios, version)]),
    )
  return { first, baseline: read('baseline'), candidate: read('candidate') }
}

type Scenarios = Both<ReadonlyMap<string, ScenarioFigures>>

function byName(scenarios: readonly ScenarioFigures[]): ReadonlyMap<string, ScenarioFigures> {
  return new Map(scenarios.map((scenario) => [scenario.name, scenario]))
}

function readOne(comparison: Comparison, scenarios: Scenarios, version: VersionName): Reading {
  const { scenario: name, metric } = comparison
  const [baseline, candidate] = [scenarios.baseline.get(name), scenarios.candidate.get(name)]
  const [scenario, other] = version === 'baseline' ? [baseline, candidate] : [candidate, baseline]
  if (scenario === undefined && other === undefined) {
    return { kind: 'absent', why: `neither version has a scenario "${name}"` }
  }
  const unlike = unlikeLoads(baseline, candidate)
  if (unlike !== null) return { kind: 'absent', why: unlike }
  const flaw = flawOf(scenario)
  if (metric.kind === 'validity') return { kind: 'validity', flaw }
  if (scenario?.state !== 'measured') return unusable(flaw ?? 'it was not measured')
  if (metric.kind === 'latency' && flaw !== null) return unusable(flaw)
  const reading = readMetric(comparison, metric, scenario, version)
  const isUnknownDelivery = metric.kind === 'delivery' && reading.kind === 'unusable'
  if (!isUnknownDelivery || version === 'baseline' || other === undefined) return reading
  return worstDelivery(comparison, other) ?? reading
}

/** Why the loads can't be compared: one is open and the other closed. `null` if they can. */
function unlikeLoads(
  baseline: ScenarioFigures | undefined,
  candidate: ScenarioFigures | undefined,
): string | null {
  if (baseline?.state !== 'measured' || candidate?.state !== 'measured') return null
  const [before, after] = [baseline.result.model.kind, candidate.result.model.kind]
  if (before === after) return null
  return `the load of "${baseline.name}" is ${before} in the baseline and ${after} in the candidate`
}

type MeasuredFigures = Extract<ScenarioFigures, { state: 'measured' }>

function readMetric(
  { operation: name }: Comparison,
  metric: OperationMetric,
  { name: scenario, result }: MeasuredFigures,
  version: VersionName,
): Reading {
  const operation = result.operations.find((one) => one.name === name)
  if (operation === undefined) {
    return { kind: 'absent', why: `the ${version} has no operation "${name}" in "${scenario}"` }
  }
  const { counts } = operation
  const deliveries = countedDeliveries(operation.deliveries)
  if (!(counts.planned > 0)) return unusable(`no request of "${name}" was due`)
  if (operation.deliveries?.kind === 'unknown' && isOfDeliveries(metric)) {
    return unusable(`the deliveries of "${name}" are unknown: ${operation.deliveries.reason}`)
  }
  if (deliveries === null && isOfDeliveries(metric)) {
    return { kind: 'absent', why: `the ${version} counts no deliveries of "${name}"` }
  }
  switch (metric.kind) {
    case 'latency': {
      const { service, response } = operation
      const histogram = { service, response, completion: deliveries?.completion }[metric.time]
      return readPercentile(metric, histogram?.figures, counts.planned)
    }
    case 'errors': {
      const { failed, timedOut, dropped, unfinished, planned } = counts
      return { kind: 'share', count: failed + timedOut + dropped + unfinished, of: planned }
    }
    case 'delivery':
      if (deliveries === null || deliveries.expected === 0) {
        return unusable(`"${name}" had no recipients`)
      }
      return { kind: 'share', count: deliveries.missing, of: deliveries.expected }
    case 'shortfall': {
      const late = counts.planned - inTime(withIntervals(result), operation.name).started
      return { kind: 'share', count: Math.max(late, 0), of: counts.planned }
    }
  }
}

/** A candidate without known recipients has delivered none of the baseline's messages. */
function worstDelivery({ operation }: Comparison, baseline: ScenarioFigures): Reading | null {
  if (baseline.state !== 'measured') return null
  const there = baseline.result.operations.find(({ name }) => name === operation)
  const expected = countedDeliveries(there?.deliveries ?? null)?.expected ?? 0
  return expected > 0 ? { kind: 'share', count: expected, of: expected } : null
}

/** Why a scenario's measurement is unusable; `null` if it is usable. */
function flawOf(scenario: ScenarioFigures | undefined): string | null {
  if (scenario === undefined) return 'not measured: the run ended without it'
  if (scenario.state !== 'measured') return `not measured: ${scenario.error}`
  const { verdict, testStatus, result } = scenario
  if (testStatus === 'cancelled' || result.isInterrupted) return 'the run was interrupted'
  if (result.abortReason !== null) return `the run was ended early: ${result.abortReason}`
  for (const { name, counts, deliveries } of result.operations) {
    if (deliveries?.kind === 'unknown') {
      return `the deliveries of "${name}" are unknown: ${deliveries.reason}`
    }
    // Two versions that both fail completely are equal, but don't pass.
    if (counts.planned > 0 && counts.ok === 0) return `no request of "${name}" succeeded`
  }
  if (verdict.kind !== 'invalid') return null
  const [first, ...others] = verdict.reasons
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return `the run is invalid: ${first?.message ?? 'it gives no reason'}${more}`
}

const FIGURES = { 50: 'p50Ms', 95: 'p95Ms', 99: 'p99Ms', 99.9: 'p999Ms' } as const
/** The resolution of the histograms. */
const MIN_MS = 0.001

/** If most requests have no time, the percentile of the others is unusable. */
function readPercentile(
  { percentile }: Extract<Metric, { kind: 'latency' }>,
  figures: HistogramJson['figures'] | undefined,
  planned: number,
): Reading {
  const ms = figures?.[FIGURES[percentile]] ?? null
  const count = figures?.count ?? 0
  if (ms === null || !Number.isFinite(ms) || count < planned / 2) {
    return unusable(`only ${count} of ${planned} requests have a time`)
  }
  return { kind: 'time', ms: Math.max(ms, MIN_MS), requests: planned }
}

function isOfDeliveries(metric: Metric): boolean {
  return metric.kind === 'delivery' || (metric.kind === 'latency' && metric.time === 'completion')
}

function unusable(why: string): Reading {
  return { kind: 'unusable', why }
}
