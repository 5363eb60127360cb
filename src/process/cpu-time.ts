import { readdirSync, readFileSync } from 'node:fs'

/**
 * CPU time used so far by all running threads of a process, in ms; `null` on systems other than Linux, without
 * schedstat in the kernel, and for a process that has ended. Source: the first figure of each thread's `schedstat`, in ns; see
 * https://docs.kernel.org/scheduler/sched-stats.html.
 */
export function cpuTimeMs(pid: number): number | null {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map((thread) => threadTimeNs(pid, thread))
    const known = threads.filter((ns) => ns !== null)
    return known.length === 0 ? null : known.reduce((sum, ns) => sum + ns, 0) / 1e6
  } catch {
    return null
  }
}

/** `null` for a thread that has ended since it was listed, and without schedstat in the kernel. */
function threadTimeNs(pid: number, thread: string): number | null {
  try {
    const [onCoreNs] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')
    return Number(onCoreNs)
  } catch {
    return null
  }
}

/** The unit of CPU time in `/proc`: 100 ticks per second on every architecture on which Node runs on Linux. */
const MS_PER_TICK = 10

/**
 * CPU time used so far by a process and all its descendants, in ms with a resolution of 10 ms; `null` without
 * `/proc`, or if the process has ended. Children that ended count once they have been waited for.
 */
export function cpuTimeOfTreeMs(pid: number): number | null {
  const processes = readProcesses()
  const root = processes.get(pid)
  if (root === undefined) return null
  let ticks = 0
  const below = [{ pid, ...root }]
  for (const each of below) {
    ticks += each.ticks
    for (const [child, { parent, ...rest }] of processes) {
      if (parent === each.pid) below.push({ pid: child, parent, ...rest })
    }
  }
  return ticks * MS_PER_TICK
}

interface ProcessStat {
  readonly parent: number
  /** Its own ticks, and those of children that ended and were waited for. */
  readonly ticks: number
}

function readProcesses(): ReadonlyMap<number, ProcessStat> {
  const processes = new Map<number, ProcessStat>()
  for (const name of listProc()) {
    if (!/^\d+$/.test(name)) continue
    const stat = readStat(name)
    if (stat !== null) processes.set(Number(name), stat)
  }
  return processes
}

function listProc(): readonly string[] {
  try {
    return readdirSync('/proc')
  } catch {
    return []
  }
}

function readStat(pid: string): ProcessStat | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field, the program's name, is in parentheses and may contain any character.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // proc(5): ppid is field 4; utime, stime, cutime and cstime are 14 to 17.
    const [, parent] = fields
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    return { parent: Number(parent), ticks }
  } catch {
    // It has ended since it was listed.
    return null
  }
}

/** CPU time used by all threads of this process up to a moment, in ms. */
export interface CpuReading {
  readonly atMs: number
  readonly usedMs: number
}

/** @param atMs now, on any clock in ms that all readings share. */
export function readCpu(atMs: number): CpuReading {
  const { user, system } = process.cpuUsage()
  return { atMs, usedMs: (user + system) / 1_000 }
}

/** Cores used from the first to the last reading: 1 is one core; 0 with fewer than two readings. */
export function coresBetween(readings: readonly CpuReading[]): number {
  const [first, ...others] = readings.toSorted((a, b) => a.atMs - b.atMs)
  const last = others.at(-1)
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0
  return (last.usedMs - first.usedMs) / (last.atMs - first.atMs)
}
