import { availableParallelism, cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** Ten ticks of the clock that Linux counts CPU time by. */
const SAMPLE_MS = 100

/** CPU time of all cores since the machine's start, in ms. */
export interface CpuTime {
  readonly idleMs: number
  readonly totalMs: number
  readonly cores: number
}

/**
 * How many cores nobody uses just now, at most as many as this process may use (its affinity and, in
 * a container, its quota). Takes 100 ms.
 */
export async function measureFreeCores(): Promise<number> {
  const before = cpuTime()
  await sleep(SAMPLE_MS)
  return freeCores(before, cpuTime(), availableParallelism())
}

/** Cores idle between two readings, of which the process may use `usable`; 0 if the machine doesn't count its CPU time. */
export function freeCores(before: CpuTime, after: CpuTime, usable: number): number {
  const totalMs = after.totalMs - before.totalMs
  if (!(totalMs > 0)) return 0
  const idle = ((after.idleMs - before.idleMs) / totalMs) * after.cores
  return Math.min(Math.max(idle, 0), usable)
}

function cpuTime(): CpuTime {
  const cores = cpus()
  let idleMs = 0
  let totalMs = 0
  for (const { times } of cores) {
    idleMs += times.idle
    totalMs += times.user + times.nice + times.sys + times.idle + times.irq
  }
  return { idleMs, totalMs, cores: cores.length }
}
