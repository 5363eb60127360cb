import { performance } from 'node:perf_hooks'

/**
 * The machine's monotonic clock, in fractional ms since an unspecified start that all processes
 * of one machine share (CLOCK_MONOTONIC on Linux), so a start stamped in one process and a receipt
 * stamped in another can be subtracted. `performance.now()` alone starts at zero in each process.
 */
export function nowMs(): number {
  return performance.now() + OFFSET_MS
}

/** The machine's clock, read between two readings of the process's own. All in ms. */
export interface ClockReading {
  readonly beforeMs: number
  readonly machineMs: number
  readonly afterMs: number
}

/**
 * How far the machine's clock is ahead of the process's own, in ms, by the reading with the narrowest
 * bracket. The process may have been paused anywhere between the three, so the machine's clock was
 * read at any moment of the bracket: the middle is wrong by half of it at most.
 */
export function clockOffsetMs(readings: readonly [ClockReading, ...ClockReading[]]): number {
  const bracket = ({ beforeMs, afterMs }: ClockReading): number => afterMs - beforeMs
  const best = readings.reduce((a, b) => (bracket(b) < bracket(a) ? b : a))
  return best.machineMs - (best.beforeMs + best.afterMs) / 2
}

const OTHER_READINGS = 19
const OFFSET_MS = clockOffsetMs([
  readClocks(),
  ...Array.from({ length: OTHER_READINGS }, readClocks),
])

function readClocks(): ClockReading {
  const beforeMs = performance.now()
  const machineMs = Number(process.hrtime.bigint()) / 1e6
  return { beforeMs, machineMs, afterMs: performance.now() }
}
