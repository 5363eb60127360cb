import { counted, formatCount, formatRate } from '../../../../format.ts'
import type { LineChart } from '../../chart.ts'
import { overClock, type OverTime } from './over-time.ts'
import { rounded } from './rounded.ts'

/** Requests under way, over time; `null` if that is unknown. */
export function inFlightChart(over: OverTime): LineChart | null {
  const values = over.slots.map(({ inFlight }) => inFlight)
  const most = values.reduce<number | null>((a, b) => (b === null ? a : Math.max(a ?? 0, b)), null)
  if (most === null) return null
  return {
    ...overClock(over),
    kind: 'lines',
    title: `${over.operation}: in flight`,
    sentence: `The most requests in flight at once, per second; up to ${formatCount(most)}.`,
    y: { scale: 'linear', label: 'requests in flight', unit: 'number' },
    series: [{ label: 'in flight', tone: 'in-flight', shape: 'steps', values }],
    bounds: [],
  }
}

/** Receipts that arrived, over time; `null` if that is unknown. */
export function receiptsChart(over: OverTime): LineChart | null {
  const received = over.slots.flatMap((slot) => slot.received ?? [])
  if (received.length === 0) return null
  const values = over.slots.map((slot) =>
    rounded(slot.received === null ? null : slot.received / (slot.to - slot.from)),
  )
  const all = received.reduce((a, b) => a + b, 0)
  const most = values.reduce<number>((a, b) => Math.max(a, b ?? 0), 0)
  return {
    ...overClock(over),
    kind: 'lines',
    title: `${over.operation}: receipts over time`,
    sentence: `${counted(all, 'receipt')} arrived, at up to ${formatRate(most)}.`,
    y: { scale: 'linear', label: 'receipts per second', unit: '1/s' },
    series: [{ label: 'received', tone: 'received', shape: 'steps', values }],
    bounds: [],
  }
}
