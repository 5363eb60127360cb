import { performance } from 'node:perf_hooks'

/**
 * The machine's monotonic clock, in fractional ms since an unspecified start that all processes
 * of one machine share (CLOCK_MONOTONIC on Linux), so a start stamped in one process and a receipt
 * stamped in another can be subtracted. `performance.now()` alone starts at zero in each process.
 */
export function nowMs(): number {
  return performance.now() + OFFSET_MS
}

const OFFSET_MS = measureOffsetMs()

/** The tightest of several readings: a reading between which the process was paused is too large. */
function measureOffsetMs(): number {
  let offset = Infinity
  for (let i = 0; i < 20; i++) {
    const before = performance.now()
    const machine = Number(process.hrtime.bigint()) / 1e6
    const after = performance.now()
    offset = Math.min(offset, machine - before - (after - before) / 2)
  }
  return offset
}
