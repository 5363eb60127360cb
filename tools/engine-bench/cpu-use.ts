import { nowMs } from '../../src/load/clock.ts'

/** CPU time that this process has used up to a moment, all of its threads together, in ms. */
export interface CpuReading {
  readonly atMs: number
  readonly usedMs: number
}

/** By `nowMs()`, which is the same in all threads. */
export function readCpu(): CpuReading {
  const { user, system } = process.cpuUsage()
  return { atMs: nowMs(), usedMs: (user + system) / 1_000 }
}

/** CPU time by time from the first to the last reading; 1 is one core, 0 without two readings. */
export function coresBetween(readings: readonly CpuReading[]): number {
  const [first, ...others] = readings.toSorted((a, b) => a.atMs - b.atMs)
  const last = others.at(-1)
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0
  return (last.usedMs - first.usedMs) / (last.atMs - first.atMs)
}
