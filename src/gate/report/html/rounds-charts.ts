import { counted } from '../../../format.ts'
import { printable } from '../../../printable.ts'
import type { Bound, LineChart, Series } from '../../../report/html/chart.ts'
import { rounded } from '../../../report/html/run/charts/rounded.ts'
import { labelOf, type Comparison } from '../../decision/metric.ts'
import { effectOf, PASS_LIMIT_EFFECTS } from '../../decision/plan.ts'
import type { Reading } from '../../decision/round.ts'
import type { Evidence, JudgedComparison } from '../../decision/verdict.ts'
import { change, confidence, interval, level } from '../figures.ts'
import type { GateReport } from '../gate-report.ts'

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
  if (shown.length === 0) return null
  const worst = shown.toSorted((a, b) => b.evidence.estimate - a.evidence.estimate)[0]
  const what = unit === 'relative' ? 'times' : 'ratios of requests'
  return {
    kind: 'lines',
    id,
    title: `Changes of ${what}, with intervals`,
    sentence:
      worst === undefined
        ? ''
        : `The largest estimate is ${change(worst.evidence.estimate, worst.evidence)} (${interval(worst.evidence)}) of ${nameOf(worst.comparison)}: ${worst.kind}. Above 0 is worse.`,
    x: {
      scale: 'names',
      label: 'comparison',
      names: shortNames(shown.map(({ comparison }) => comparison)),
    },
    y: { scale: 'linear', label: 'change, candidate − baseline', unit: 'ratio' },
    xs: shown.map((_, at) => at),
    series: [
      {
        label: 'estimate and interval',
        tone: 'estimate',
        shape: 'dots',
        values: shown.map(({ evidence }) => rounded(evidence.estimate)),
        interval: {
          low: shown.map(({ evidence }) => rounded(evidence.lower)),
          high: shown.map(({ evidence }) => rounded(evidence.upper)),
        },
      },
    ],
    bounds: [
      { axis: 'y', at: 0, label: 'no change', isNeutral: true },
      ...(plan === null || unit !== 'relative'
        ? []
        : ([
            { axis: 'y', at: plan.effects.latency, label: 'smallest that counts' },
            {
              axis: 'y',
              at: PASS_LIMIT_EFFECTS * plan.effects.latency,
              label: 'excluded by a pass',
            },
          ] satisfies readonly Bound[])),
    ],
    marks: [],
  }
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
  const valuesOf = (version: 'baseline' | 'candidate') =>
    rounds.rounds.map((round) => rounded(valueOf(round[version][comparison.id])))
  const series = (['baseline', 'candidate'] as const).map((version): Series => ({
    label: version,
    tone: version,
    shape: 'dots',
    values: valuesOf(version),
  }))
  if (series.every(({ values }) => values.every((value) => value === null || value === 0))) {
    return null
  }
  const evidence = 'evidence' in verdict ? verdict.evidence : null
  return {
    kind: 'lines',
    id,
    title: nameOf(comparison),
    sentence: evidence === null ? `${verdict.kind}.` : sentenceOf(evidence, verdict.kind),
    x: {
      scale: 'names',
      label: 'round',
      names: rounds.rounds.map((_, at) => `round ${at + 1}`),
    },
    y: { scale: 'linear', label: labelOf(comparison.metric), unit: isTime ? 'ms' : 'ratio' },
    xs: rounds.rounds.map((_, at) => at),
    series,
    bounds: boundsOf(judged, rounds),
    marks: [],
  }
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
