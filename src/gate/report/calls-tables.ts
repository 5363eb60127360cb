import { counted, formatChange, formatPercent } from '../../format.ts'
import { COUNTED } from '../counts/operation-counts.ts'
import { DRIFT_RULE } from '../drift/judge-drift.ts'
import { PROCESSES } from '../pairs/judge-pairs.ts'
import type { FailedVersion } from '../operations/version-failure.ts'
import type { PairMetric } from '../pairs/pair-metric.ts'
import { amount, signed } from './pair-figures.ts'
import { probability } from './figures.ts'
import type { GateReport } from './gate-report.ts'
import type { StageRow, StageTable } from './stage-table.ts'
import type { VersionName } from '../versions/both.ts'

type Stages = GateReport['stages']
type Counts = Exclude<Stages['counts'], { kind: 'skipped' }>
type Pairs = Exclude<Stages['pairs'], { kind: 'skipped' }>
type Drift = Exclude<Stages['drift'], { kind: 'skipped' }>
type PairState = Pairs['operations'][number]['state']
type JudgedPairs = Extract<PairState, { kind: 'judged' }>['metrics'][number]
type PairEvidence = Extract<JudgedPairs['verdict'], { evidence: unknown }>['evidence']
type DriftEvidence = Extract<Drift, { kind: 'judged' }>['operations'][number]['screening']

/** A version that failed: once, which is inconclusive, or repeatedly. */
function failureRow(
  names: readonly string[],
  width: number,
  { version, isConfirmed }: { readonly version: VersionName; readonly isConfirmed: boolean },
  why: string,
): StageRow {
  const cells = [...names, ...Array.from({ length: width - names.length }, () => '–')]
  if (!isConfirmed) {
    return { cells, verdict: 'inconclusive', says: `inconclusive: ${version} failed once, ${why}` }
  }
  return version === 'candidate'
    ? { cells, verdict: 'regression', says: `regression: candidate fails, ${why}` }
    : { cells, verdict: 'not comparable', says: `not comparable: baseline fails, ${why}` }
}

const COUNT_HEADINGS = ['operation', 'per call', 'baseline', 'candidate'] as const

/** Requests per operation: one row per differing counter, or one row if none differs. */
export function countsTable(counts: Counts): StageTable {
  const rows =
    counts.kind === 'failed'
      ? [failureRow(['all'], COUNT_HEADINGS.length, counts, counts.why)]
      : counts.verdicts.flatMap(({ operation, verdict, changes }): readonly StageRow[] => {
          if (changes.length === 0) {
            return [{ cells: [operation, 'all counters', '=', '='], verdict, says: verdict }]
          }
          return changes.map(({ counter, baseline, candidate }) => ({
            cells: [operation, counter, perCall(baseline), perCall(candidate)],
            verdict,
            says: verdict === 'changed' ? 'changed: same numbers of calls and messages' : verdict,
          }))
        })
  return {
    stage: 'counts',
    headings: COUNT_HEADINGS,
    names: 2,
    optional: [],
    rows,
    findings: [],
    notes: [
      `counts of ${COUNTED.repeats} × ${COUNTED.calls} calls per operation are exact: one more is a regression`,
    ],
  }
}

function perCall(count: number): string {
  return Number(count.toFixed(3)).toString()
}

const PAIR_HEADINGS = [
  'operation',
  'metric',
  'baseline',
  'change',
  'difference',
  'processes',
  'limit',
] as const

/** Pairs: one row per operation and metric. */
export function pairsTable({ operations }: Pairs): StageTable {
  return {
    stage: 'pairs',
    headings: PAIR_HEADINGS,
    names: 2,
    optional: ['processes', 'difference', 'baseline', 'limit'],
    rows: operations.flatMap(({ operation, endings, state }) => {
      const width = PAIR_HEADINGS.length
      const failureOf = ({ version, phase, error }: FailedVersion, isConfirmed: boolean) =>
        failureRow([operation], width, { version, isConfirmed }, `${phase}: ${error}`)
      if (state.kind === 'judged') {
        const failures = endings.filter((ending) => ending.kind === 'failed')
        return [...state.metrics.map(pairRow), ...failures.map((one) => failureOf(one, false))]
      }
      if (state.kind === 'failed') return [failureOf(state, true)]
      const cells = [operation, ...Array.from({ length: width - 1 }, () => '–')]
      const says = `inconclusive: interrupted after ${counted(endings.length, 'process', 'processes')}`
      return [{ cells, verdict: 'inconclusive' as const, says }]
    }),
    findings: [],
    notes: [
      `pairs: ${PROCESSES.first} fresh processes per operation, ${PROCESSES.most} if those don't decide; in brackets, the 94 % confidence interval of the median (98 % with ${PROCESSES.most} processes)`,
    ],
  }
}

function pairRow({ operation, metric, verdict }: JudgedPairs): StageRow {
  if (verdict.kind === 'unknown') {
    const cells = [
      operation,
      metric,
      ...Array.from({ length: PAIR_HEADINGS.length - 2 }, () => '–'),
    ]
    return { cells, verdict: 'refused', says: 'not measured: no process could measure it' }
  }
  const { kind, evidence } = verdict
  const { baseline, change, difference, processes, threshold } = evidence
  const why =
    processes < PROCESSES.first
      ? 'too few processes could measure it'
      : 'the processes scatter too much'
  const says = kind === 'inconclusive' ? `inconclusive: ${why}` : kind
  return {
    cells: [
      operation,
      metric,
      amount(baseline, metric),
      `${signed(change, metric)} ${rangeOf(evidence, metric)}`,
      metric === 'idle cpu' ? '' : formatChange(difference, (size) => amount(size, metric)),
      String(processes),
      formatPercent(threshold),
    ],
    verdict: kind,
    says,
  }
}

function rangeOf({ lower, upper }: PairEvidence, metric: PairMetric): string {
  return `[${signed(lower, metric)}, ${signed(upper, metric)}]`
}

const DRIFT_HEADINGS = ['operation', 'per minute', 'p', 'alone, per minute', 'p'] as const

/** Drift: one row per operation. */
export function driftTable(drift: Drift): StageTable {
  const { screening, confirmation } = DRIFT_RULE
  return {
    stage: 'drift',
    headings: DRIFT_HEADINGS,
    names: 1,
    optional: [],
    rows:
      drift.kind === 'failed'
        ? [failureRow(['all'], DRIFT_HEADINGS.length, drift, `${drift.phase}: ${drift.error}`)]
        : drift.operations.map(({ verdict, screening: first, confirmation: alone }) => ({
            cells: [
              first.operation,
              ...slopeOf(first),
              ...(alone === null ? ['–', '–'] : slopeOf(alone)),
            ],
            verdict,
            says: verdict === 'regression' ? 'regression: slower over time' : verdict,
          })),
    findings: [],
    notes: [
      `drift is a rise of candidate / baseline by ${formatPercent(screening.slopePerMinute)} per minute (p ≤ ${screening.p}) during ${screening.durationMs / 1_000} s of all operations, and by ${formatPercent(confirmation.slopePerMinute)} (p ≤ ${confirmation.p}) during ${confirmation.durationMs / 1_000} s of the suspect alone`,
    ],
  }
}

function slopeOf({ slopePerMinute, p }: DriftEvidence): readonly [string, string] {
  return [formatChange(slopePerMinute, (size) => formatPercent(size, 2)), probability(p)]
}
