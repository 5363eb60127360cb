import { formatMs } from '../../../../format.ts'
import type { LineChart, Series } from '../../chart.ts'
import { overClock, type OverTime } from './over-time.ts'
import { rounded } from './rounded.ts'
import { timeScale } from './time-scale.ts'

const LINES = [
  { figure: 'p50Ms', label: 'P50', tone: 'p50' },
  { figure: 'p99Ms', label: 'P99', tone: 'p99' },
  { figure: 'maxMs', label: 'max', tone: 'max' },
] as const

/** How late the generator started requests, over time; `null` if that is unknown. */
export function latenessChart(over: OverTime): LineChart | null {
  const { operation, slots } = over
  const late = slots.flatMap(({ lateness }) => lateness ?? [])
  if (late.length === 0) return null
  const series = LINES.map(({ figure, label, tone }): Series => ({
    label,
    tone,
    shape: 'line',
    values: slots.map(({ lateness }) => rounded(lateness === null ? null : lateness[figure])),
  }))
  const most = late.reduce((longest, { maxMs }) => Math.max(longest, maxMs), 0)
  return {
    ...overClock(over),
    kind: 'lines',
    title: `${operation}: lateness`,
    sentence: `How late the generator started requests: at most ${formatMs(most)}. Response times include this delay, service times don't.`,
    y: {
      scale: timeScale(series.flatMap(({ values }) => values)),
      label: 'lateness',
      unit: 'ms',
    },
    series,
    bounds: [],
  }
}
