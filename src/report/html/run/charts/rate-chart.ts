import { counted, formatRate } from '../../../../format.ts'
import { total } from '../../../../load/totals.ts'
import type { LineChart, Series } from '../../chart.ts'
import type { Slot } from '../slots.ts'
import type { OverTime } from './latency-chart.ts'
import { rounded } from './rounded.ts'

/** Requests started, and what became of them, per second. */
export function rateChart({ id, operation, startMs, slots, marks }: OverTime): LineChart {
  const perSecond = (countOf: (slot: Slot) => number): readonly (number | null)[] =>
    slots.map((slot) => {
      const count = countOf(slot)
      // Nothing was sent any more, and nothing came.
      const isOver = slot.sendingSeconds === 0 && count === 0
      if (isOver) return null
      // Of a second cut short by the load's end, the rest is no dip, unless more ended in it than was sent.
      const isCut = isMostlySent(slot) && count <= slot.started
      return rounded(count / (isCut ? slot.sendingSeconds : slot.to - slot.from))
    })
  // What a fraction of a second at the end holds says nothing about a rate.
  const sent = (countOf: (slot: Slot) => number | null): readonly (number | null)[] =>
    slots.map((slot) => {
      const count = countOf(slot)
      return count === null || !isMostlySent(slot) ? null : rounded(count / slot.sendingSeconds)
    })
  const series: readonly (Series | null)[] = [
    optional({
      label: 'asked',
      tone: 'asked',
      shape: 'steps',
      values: sent(({ planned }) => planned),
    }),
    { label: 'achieved', tone: 'achieved', shape: 'line', values: sent(({ started }) => started) },
    { label: 'ok', tone: 'ok', shape: 'line', values: perSecond(({ ok }) => ok) },
    optional({
      label: 'failed',
      tone: 'failed',
      shape: 'bars',
      values: perSecond(({ failed }) => failed),
    }),
    optional({
      label: 'timed out',
      tone: 'timed-out',
      shape: 'bars',
      values: perSecond(({ timedOut }) => timedOut),
    }),
    optional({
      label: 'dropped',
      tone: 'dropped',
      shape: 'bars',
      values: perSecond(({ dropped }) => dropped),
    }),
  ]
  return {
    kind: 'lines',
    id,
    title: `${operation}: rate`,
    sentence: sentence(slots),
    x: { scale: 'clock', label: 'time since the start', startMs },
    y: { scale: 'linear', label: 'requests per second', unit: '1/s' },
    xs: slots.map(({ from }) => from),
    series: series.filter((one) => one !== null),
    bounds: [],
    marks,
  }
}

function isMostlySent({ sendingSeconds, from, to }: Slot): boolean {
  return sendingSeconds >= 0.5 * (to - from)
}

/** `null` if it counts nothing at all. */
function optional(series: Series): Series | null {
  return series.values.some((value) => value !== null && value > 0) ? series : null
}

function sentence(slots: readonly Slot[]): string {
  const seconds = total(slots, ({ sendingSeconds }) => sendingSeconds)
  const started = total(slots, (slot) => slot.started)
  const bad = total(slots, ({ failed, timedOut, dropped }) => failed + timedOut + dropped)
  const rate = seconds === 0 ? '' : `, ${formatRate(started / seconds)} on average`
  const lost =
    bad === 0 ? 'none failed or was dropped' : `${counted(bad, 'request')} failed or were dropped`
  return `${counted(started, 'request')} started${rate}; ${lost}.`
}
