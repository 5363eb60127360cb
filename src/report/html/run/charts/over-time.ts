import type { LineChart, Mark } from '../../chart.ts'
import type { Slot } from '../slots.ts'

/** What a chart over time needs to know of its load. */
export interface OverTime {
  readonly id: string
  readonly operation: string
  /** Start of the measurement, in UNIX ms. */
  readonly startMs: number
  readonly slots: readonly Slot[]
  readonly marks: readonly Mark[]
}

/** What all charts over time have in common: a position per slot on a clock, and what happened there. */
export function overClock({
  id,
  startMs,
  slots,
  marks,
}: OverTime): Pick<LineChart, 'id' | 'x' | 'xs' | 'marks'> {
  return {
    id,
    x: { scale: 'clock', label: 'time since the start', startMs },
    xs: slots.map(({ from }) => from),
    marks,
  }
}
