import { counted, formatRate } from '../../../../format.ts'
import { total } from '../../../../load/totals.ts'
import type { LineChart, Series } from '../../chart.ts'
import type { Slot } from '../slots.ts'
import { overClock, type OverTime } from './over-time.ts'
import { rounded } from './rounded.ts'

/** Requests started, and what became of them, per second. */
export function rateChart(over: OverTime): LineChart {
  const { operation, slots } = over
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
    ...overClock(over),
    kind: 'lines',
    title: `${operation}: rate`,
    sentence: sentence(slots),
    y: { scale: 'linear', label: 'requests per second', unit: '1/s' },
    series: series.filter((one) => one !== null),
    bounds: [],
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
