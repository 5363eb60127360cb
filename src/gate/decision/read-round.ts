import { countedDeliveries, inTime } from '../../load/totals.ts'
import type { HistogramJson } from '../../results/histogram-schema.ts'
import type { LoadResultJson } from '../../results/load-result-schema.ts'
import type { ScenarioEntry } from '../../results/run-file.ts'
import { comparisonOf, METRICS, type Comparison, type Metric } from './metric.ts'
import type { GateRound, Reading, Readings } from './round.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>
type Unmeasured = Extract<ScenarioEntry, { state: 'unmeasured' | 'lost' }>
type OperationEntry = LoadResultJson['operations'][number]
type DeliveriesEntry = NonNullable<OperationEntry['deliveries']>
type Counted = Extract<DeliveriesEntry, { kind: 'counted' }>
type Unknown = Extract<DeliveriesEntry, { kind: 'unknown' }>
type Figures = Pick<HistogramJson, 'figures'>

/** What a gate reads of an operation. */
export interface OperationFigures extends Pick<OperationEntry, 'name' | 'counts'> {
  readonly response: Figures
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

/** What a gate reads of a run file's scenario: any `ScenarioEntry` is one. */
export type ScenarioFigures =
  | (Pick<Measured, 'state' | 'name' | 'testStatus' | 'verdict'> & {
      readonly result: ResultFigures
    })
  | Pick<Unmeasured, 'state' | 'name' | 'error'>

/** The scenarios of two runs, one of each version. */
export interface RoundEntries {
  readonly baseline: readonly ScenarioFigures[]
  readonly candidate: readonly ScenarioFigures[]
}

/** Gated unless metrics are asked for: a P99.9 needs loads of a size that is seldom. */
export const DEFAULT_METRICS: readonly Metric[] = METRICS.filter(
  (metric) => metric.kind !== 'latency' || metric.percentile < 99.9,
)

/**
 * The comparisons that a round allows: each scenario × operation of either arm × metric that one of
 * them has. What only one has is among them, to be found not comparable.
 * @param metrics asked for by name; null: those of `DEFAULT_METRICS`.
 */
export function findComparisons(
  { baseline, candidate }: RoundEntries,
  metrics: readonly Metric[] | null,
): readonly Comparison[] {
  const found = new Map<string, Comparison>()
  for (const scenario of [...candidate, ...baseline]) {
    if (scenario.state !== 'measured') continue
    for (const operation of scenario.result.operations) {
      for (const metric of metrics ?? DEFAULT_METRICS) {
        if (operation.deliveries === null && isOfDeliveries(metric)) continue
        const comparison = comparisonOf(scenario.name, operation.name, metric, metrics !== null)
        found.set(comparison.id, comparison)
      }
    }
  }
  return [...found.values()]
}

/** What a round's two runs say of each comparison. */
export function readRound(comparisons: readonly Comparison[], entries: RoundEntries): GateRound {
  const models = { baseline: modelsIn(entries.baseline), candidate: modelsIn(entries.candidate) }
  const unlike = new Map<string, Reading>()
  for (const [scenario, model] of models.candidate) {
    const before = models.baseline.get(scenario)
    if (before === undefined || before === model) continue
    const why = `the load of "${scenario}" is ${before} in the baseline and ${model} in the candidate`
    unlike.set(scenario, { kind: 'absent', why })
  }
  return {
    baseline: readArm(comparisons, entries.baseline, 'baseline', unlike),
    candidate: readArm(comparisons, entries.candidate, 'candidate', unlike),
  }
}

/** Open or closed: figures of one can't be compared with those of the other. */
function modelsIn(scenarios: readonly ScenarioFigures[]): ReadonlyMap<string, string> {
  return new Map(
    scenarios.flatMap((scenario) =>
      scenario.state === 'measured' ? [[scenario.name, scenario.result.model.kind] as const] : [],
    ),
  )
}

function readArm(
  comparisons: readonly Comparison[],
  scenarios: readonly ScenarioFigures[],
  arm: keyof GateRound,
  unlike: ReadonlyMap<string, Reading>,
): Readings {
  const byName = new Map(scenarios.map((scenario) => [scenario.name, scenario]))
  return Object.fromEntries(
    comparisons.map((comparison) => {
      const scenario = byName.get(comparison.scenario)
      const reading: Reading =
        unlike.get(comparison.scenario) ??
        (scenario === undefined
          ? { kind: 'absent', why: `the ${arm} has no scenario "${comparison.scenario}"` }
          : readScenario(comparison, scenario, arm))
      return [comparison.id, reading]
    }),
  )
}

function readScenario(
  { operation: name, metric }: Comparison,
  scenario: ScenarioFigures,
  arm: keyof GateRound,
): Reading {
  const flaw = flawOf(scenario)
  if (flaw !== null || scenario.state !== 'measured') return unusable(flaw ?? 'not measured')
  const { result } = scenario
  const operation = result.operations.find((candidate) => candidate.name === name)
  if (operation === undefined) {
    return { kind: 'absent', why: `the ${arm} has no operation "${name}" in "${scenario.name}"` }
  }
  const { counts } = operation
  const deliveries = countedDeliveries(operation.deliveries)
  if (counts.planned === 0) return unusable(`no request of "${name}" was due`)
  if (operation.deliveries?.kind === 'unknown' && isOfDeliveries(metric)) {
    return unusable(`the deliveries of "${name}" are unknown: ${operation.deliveries.reason}`)
  }
  if (deliveries === null && isOfDeliveries(metric)) {
    return { kind: 'absent', why: `the ${arm} counts no deliveries of "${name}"` }
  }
  switch (metric.kind) {
    case 'latency': {
      const histogram = metric.time === 'response' ? operation.response : deliveries?.completion
      return readPercentile(metric, histogram?.figures, counts.planned)
    }
    case 'errors': {
      const { failed, timedOut, dropped, unfinished, planned } = counts
      return { kind: 'share', count: failed + timedOut + dropped + unfinished, of: planned }
    }
    case 'delivery':
      if (deliveries === null || deliveries.expected === 0) {
        return unusable(`"${name}" was sent to nobody`)
      }
      return { kind: 'share', count: deliveries.missing, of: deliveries.expected }
    case 'shortfall': {
      const late = counts.planned - inTime(result, name).started
      return { kind: 'share', count: Math.max(late, 0), of: counts.planned }
    }
  }
}

/** Why a run says nothing; null if it does. */
function flawOf(scenario: ScenarioFigures): string | null {
  if (scenario.state !== 'measured') return `not measured: ${scenario.error}`
  const { verdict, testStatus, result } = scenario
  if (testStatus === 'cancelled' || result.isInterrupted) return 'the run was interrupted'
  if (result.abortReason !== null) return `the run was ended early: ${result.abortReason}`
  if (verdict.kind !== 'invalid') return null
  return `the run is invalid: ${verdict.reasons.map(({ message }) => message).join('; ')}`
}

const FIGURES = { 50: 'p50Ms', 95: 'p95Ms', 99: 'p99Ms', 99.9: 'p999Ms' } as const
/** The resolution of the histograms. */
const SHORTEST_MS = 0.001

/** A percentile of the few that were answered says nothing of the many that were not. */
function readPercentile(
  { percentile }: Extract<Metric, { kind: 'latency' }>,
  figures: HistogramJson['figures'] | undefined,
  planned: number,
): Reading {
  const ms = figures?.[FIGURES[percentile]] ?? null
  const count = figures?.count ?? 0
  if (ms === null || count < planned / 2) {
    return unusable(`only ${count} of ${planned} requests have a time`)
  }
  return { kind: 'time', ms: Math.max(ms, SHORTEST_MS), requests: planned }
}

function isOfDeliveries(metric: Metric): boolean {
  return metric.kind === 'delivery' || (metric.kind === 'latency' && metric.time === 'completion')
}

function unusable(why: string): Reading {
  return { kind: 'unusable', why }
}
