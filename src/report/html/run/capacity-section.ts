import { html } from 'htm/preact'
import { formatMsOrDash, formatRate, formatSeconds } from '../../../format.ts'
import { medianOf } from '../../../stats/quantile.ts'
import type { CapacityEntry, ProbeEntry } from '../../../run-file/run-file.ts'
import type { LineChart, Series, Tone } from '../chart.ts'
import { headedFigure } from '../chart-figure.ts'
import { dataTable } from '../data-table.ts'
import { rounded } from './charts/rounded.ts'
import { timeScale } from './charts/time-scale.ts'
import { outcomeBadge } from './outcome-badge.ts'
import type { Part } from './part.ts'

/** A search for a capacity: its curve, and every probe. */
export function capacitySection(capacity: CapacityEntry, id: string): Part {
  const { name, file, probes, bracket, durationMs } = capacity
  const chart = curve(capacity, `${id}-curve`)
  return {
    charts: [chart],
    body: html`<section class="capacity" id=${id}>
      <header>
        <h2>Capacity of ${name}</h2>
        <p class="muted">${file}, probes of ${formatSeconds(durationMs)} and more</p>
      </header>
      ${bracket.isConfirmed ? null : html`<p class="notice doubtful">The search was not finished: the bracket is not confirmed.</p>`}
      ${headedFigure(chart, 'h3')}
      ${dataTable({
        caption: 'Probes, in the order of running',
        columns: [
          { heading: 'rate', isFigure: true },
          { heading: 'outcome' },
          ...['achieved', 'P50', 'P95', 'P99', 'max', 'lateness P99'].map((heading) => ({
            heading,
            isFigure: true,
          })),
          { heading: 'reasons' },
        ],
        rows: probes.map((probe) => [
          formatRate(probe.rate),
          outcomeBadge(BADGE[probe.outcome].ending, BADGE[probe.outcome].word),
          formatRate(probe.achievedPerSecond),
          ...[
            probe.response.p50Ms,
            probe.response.p95Ms,
            probe.response.p99Ms,
            probe.response.maxMs,
            probe.latenessP99Ms,
          ].map(formatMsOrDash),
          probe.reasons.join('; ') || '–',
        ]),
      })}
    </section>`,
  }
}

const BADGE = {
  passed: { ending: 'met', word: 'held' },
  system: { ending: 'missed', word: 'missed' },
  generator: { ending: 'inconclusive', word: 'disturbed' },
} as const

const OUTCOMES = [
  { outcome: 'passed', label: 'P99, held', tone: 'ok' },
  { outcome: 'system', label: 'P99, missed', tone: 'failed' },
  { outcome: 'generator', label: 'P99, disturbed', tone: 'dropped' },
] as const

/** Rate against response times: the median of each rate as a line, each probe as a dot. */
function curve({ name, probes, bracket }: CapacityEntry, id: string): LineChart {
  const sorted = probes.toSorted((a, b) => a.rate - b.rate)
  const typical = (rate: number, figure: 'p50Ms' | 'p99Ms'): number | null => {
    const times = sorted.flatMap((probe) =>
      probe.rate === rate ? (probe.response[figure] ?? []) : [],
    )
    return times.length === 0 ? null : rounded(medianOf(times))
  }
  const line = (label: string, tone: Tone, figure: 'p50Ms' | 'p99Ms'): Series => ({
    label,
    tone,
    shape: 'line',
    values: sorted.map(({ rate }) => typical(rate, figure)),
  })
  const dots = OUTCOMES.map(({ outcome, label, tone }): Series => ({
    label,
    tone,
    shape: 'dots',
    values: sorted.map((probe) =>
      probe.outcome === outcome ? rounded(probe.response.p99Ms) : null,
    ),
  }))
  const series = [line('P50', 'p50', 'p50Ms'), line('P99', 'p99', 'p99Ms'), ...dots].filter(
    ({ values }) => values.some((value) => value !== null),
  )
  return {
    kind: 'lines',
    id,
    title: `${name}: response time by rate`,
    sentence: sentence(sorted, bracket),
    x: { scale: spread(sorted), label: 'rate', unit: '1/s' },
    y: {
      scale: timeScale(series.flatMap(({ values }) => values)),
      label: 'response time',
      unit: 'ms',
    },
    xs: sorted.map(({ rate }) => rate),
    series,
    bounds: [
      ...(bracket.passed === null
        ? []
        : [
            { axis: 'x', at: bracket.passed, label: `${formatRate(bracket.passed)} held` } as const,
          ]),
      ...(bracket.failed === null
        ? []
        : [
            {
              axis: 'x',
              at: bracket.failed,
              label: `${formatRate(bracket.failed)} ${limitText(bracket.limit)}`,
            } as const,
          ]),
    ],
    marks: [],
  }
}

/** A search doubles its rate at first. */
function spread(sorted: readonly ProbeEntry[]): 'linear' | 'log' {
  return (sorted.at(-1)?.rate ?? 1) > 8 * (sorted[0]?.rate ?? 1) ? 'log' : 'linear'
}

function limitText(limit: CapacityEntry['bracket']['limit']): string {
  return limit === 'system' ? 'missed' : 'not reached: the generator was the limit'
}

function sentence(
  sorted: readonly ProbeEntry[],
  { passed, failed, limit }: CapacityEntry['bracket'],
): string {
  const [least, most] = [sorted[0], sorted.at(-1)]
  if (least === undefined || most === undefined) return 'No rate was measured.'
  const range = `${sorted.length} probes from ${formatRate(least.rate)} to ${formatRate(most.rate)}`
  const held = passed === null ? 'no rate was held' : `${formatRate(passed)} was held`
  if (failed === null) return `${range}: ${held}.`
  const cause = limit === 'system' ? 'the system missed its SLO' : 'the generator was the limit'
  return `${range}: ${held}, at ${formatRate(failed)} ${cause}.`
}
