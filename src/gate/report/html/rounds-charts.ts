import { counted } from '../../../format.ts'
import { printable } from '../../../printable.ts'
import type { Bound, LineChart } from '../../../report/html/chart.ts'
import { labelOf, type Comparison } from '../../decision/metric.ts'
import { effectOf, PASS_LIMIT_EFFECTS } from '../../decision/plan.ts'
import type { Reading } from '../../decision/round.ts'
import type { Evidence, JudgedComparison } from '../../decision/verdict.ts'
import { change, confidence, interval, level } from '../figures.ts'
import type { GateReport } from '../gate-report.ts'
import { estimatesChart, versionsChart } from './evidence-charts.ts'

export type Rounds = Extract<GateReport['stages']['rounds'], { kind: 'measured' }>

/** The changes of all comparisons of one unit with their intervals, and each comparison's rounds. */
export function roundsCharts(rounds: Rounds): readonly LineChart[] {
  const judged = rounds.comparisons.filter(
    ({ comparison }) => comparison.metric.kind !== 'validity',
  )
  return [
    estimates('rounds-times', 'relative', judged, rounds),
    estimates('rounds-ratios', 'share', judged, rounds),
    ...judged.map((one, at) => roundsChart(`rounds-${at + 1}`, one, rounds)),
  ].filter((chart) => chart !== null)
}

function nameOf({ scenario, operation, metric }: Comparison): string {
  return printable(`${scenario}, ${operation ?? 'all'}: ${labelOf(metric)}`)
}

/** One row per comparison: the estimated change and its interval, beside the changes that count. */
function estimates(
  id: string,
  unit: Evidence['unit'],
  judged: readonly JudgedComparison[],
  { plan }: Rounds,
): LineChart | null {
  const rows = judged.flatMap(({ comparison, verdict }) => {
    const evidence = 'evidence' in verdict ? verdict.evidence : null
    return evidence?.unit === unit ? [{ comparison, evidence, kind: verdict.kind }] : []
  })
  // Ratios of which nothing happened, such as no errors, are in the table.
  const shown = rows.filter(({ evidence: { estimate, lower, upper } }) =>
    [estimate, lower, upper].some((value) => value !== null && value !== 0),
  )
  const worst = shown.toSorted((a, b) => b.evidence.estimate - a.evidence.estimate)[0]
  if (worst === undefined) return null
  const what = unit === 'relative' ? 'times' : 'ratios of requests'
  const names = shortNames(shown.map(({ comparison }) => comparison))
  return estimatesChart(
    {
      id,
      title: `Changes of ${what}, with intervals`,
      sentence: `The largest estimate is ${change(worst.evidence.estimate, worst.evidence)} (${interval(worst.evidence)}) of ${nameOf(worst.comparison)}: ${worst.kind}. Above 0 is worse.`,
    },
    { x: 'comparison', y: 'change, candidate − baseline', label: 'estimate and interval' },
    shown.map(({ evidence: { estimate, lower, upper } }, at) => ({
      name: names[at] ?? '',
      change: estimate,
      lower,
      upper,
    })),
    plan === null || unit !== 'relative'
      ? []
      : [
          { axis: 'y', at: plan.effects.latency, label: 'smallest that counts' },
          {
            axis: 'y',
            at: PASS_LIMIT_EFFECTS * plan.effects.latency,
            label: 'excluded by a pass',
          },
        ],
  )
}

/** Without the scenario, if all are of the same. */
function shortNames(comparisons: readonly Comparison[]): readonly string[] {
  const isOne = new Set(comparisons.map(({ scenario }) => scenario)).size === 1
  return comparisons.map((comparison) =>
    isOne
      ? printable(`${comparison.operation ?? 'all'}: ${labelOf(comparison.metric)}`)
      : nameOf(comparison),
  )
}

/** Both versions' figures of one comparison, round by round; `null` if nothing ever happened. */
function roundsChart(id: string, judged: JudgedComparison, rounds: Rounds): LineChart | null {
  const { comparison, verdict } = judged
  const isTime = comparison.metric.kind === 'latency'
  const figures = rounds.rounds.map((round) => ({
    baseline: valueOf(round.baseline[comparison.id]),
    candidate: valueOf(round.candidate[comparison.id]),
  }))
  const values = figures.flatMap(({ baseline, candidate }) => [baseline, candidate])
  if (values.every((value) => value === null || value === 0)) return null
  const evidence = 'evidence' in verdict ? verdict.evidence : null
  return versionsChart(
    {
      id,
      title: nameOf(comparison),
      sentence: evidence === null ? `${verdict.kind}.` : sentenceOf(evidence, verdict.kind),
    },
    'round',
    { scale: 'linear', label: labelOf(comparison.metric), unit: isTime ? 'ms' : 'ratio' },
    figures,
    boundsOf(judged, rounds),
  )
}

function sentenceOf(evidence: Evidence, kind: string): string {
  return `${level(evidence.baseline, evidence)} against ${level(evidence.candidate, evidence)}: ${change(evidence.estimate, evidence)}, ${confidence(evidence)} interval ${interval(evidence)} in ${counted(evidence.rounds, 'round')}; ${kind}.`
}

/** Above which level a change counts. */
function boundsOf({ comparison, verdict }: JudgedComparison, { plan }: Rounds): readonly Bound[] {
  const evidence = 'evidence' in verdict ? verdict.evidence : null
  if (plan === null || evidence === null) return []
  const effect = effectOf(plan, comparison.metric)
  const { baseline, unit } = evidence
  const at = unit === 'relative' ? baseline * (1 + effect) : baseline + effect
  return [
    {
      axis: 'y',
      at: Number(at.toPrecision(4)),
      label: `${change(effect, evidence)}, the smallest that counts`,
    },
  ]
}

/** Times in ms, otherwise a ratio. */
function valueOf(reading: Reading | undefined): number | null {
  switch (reading?.kind) {
    case 'time':
      return reading.ms
    case 'share':
      return reading.of === 0 ? null : reading.count / reading.of
    default:
      return null
  }
}
