import { formatMs } from '../../../../format.ts'
import type { Bound, LineChart, Series } from '../../chart.ts'
import type { Slot } from '../slots.ts'
import { overClock, type OverTime } from './over-time.ts'
import { rounded } from './rounded.ts'
import { timeScale } from './time-scale.ts'

const LINES = [
  { figure: 'p50Ms', label: 'P50', tone: 'p50' },
  { figure: 'p95Ms', label: 'P95', tone: 'p95' },
  { figure: 'p99Ms', label: 'P99', tone: 'p99' },
  { figure: 'maxMs', label: 'max', tone: 'max' },
] as const

/** Response times of an operation's seconds, with their bounds; `null` if nothing was answered. */
export function latencyChart(over: OverTime, bounds: readonly Bound[]): LineChart | null {
  const { operation, slots } = over
  const series = LINES.map(({ figure, label, tone }): Series => ({
    label,
    tone,
    shape: 'line',
    values: slots.map(({ response }) => rounded(response === null ? null : response[figure])),
  }))
  if (series.every(({ values }) => values.every((value) => value === null))) return null
  const shown = [...series.flatMap(({ values }) => values), ...bounds.map(({ at }) => at)]
  return {
    ...overClock(over),
    kind: 'lines',
    title: `${operation}: response time`,
    sentence: sentence(slots),
    y: { scale: timeScale(shown), label: 'response time', unit: 'ms' },
    series,
    bounds,
  }
}

/** The median P95 and the slowest. */
function sentence(slots: readonly Slot[]): string {
  const answered = slots.flatMap(({ from, response }) =>
    response === null ? [] : [{ from, response }],
  )
  const p95s = answered.map(({ response }) => response.p95Ms).toSorted((a, b) => a - b)
  const median = p95s[p95s.length >> 1] ?? 0
  const slowest = answered.reduce<(typeof answered)[number] | null>(
    (worst, slot) => (worst === null || slot.response.p95Ms > worst.response.p95Ms ? slot : worst),
    null,
  )
  const most = answered.reduce((max, { response }) => Math.max(max, response.maxMs), 0)
  if (slowest === null) return 'Nothing was answered.'
  const { from = 0, to = 1 } = slots[0] ?? {}
  const stretch = to - from === 1 ? 'second' : `${to - from} s`
  return `P95 was ${formatMs(median)} in the median ${stretch}, and ${formatMs(slowest.response.p95Ms)} in the slowest, from ${slowest.from} s on. The longest request took ${formatMs(most)}.`
}
