import { readdirSync, readFileSync } from 'node:fs'

/** What `/proc` counts CPU time in: 100 a second on every architecture that Linux runs Node on. */
const MS_PER_TICK = 10

/**
 * CPU time that a process and all it has started have used, in ms, to 10 ms; `null` where there is no
 * `/proc`, or the process has ended. What children used counts once they are waited for.
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
  /** Its own and those of its children that have ended. */
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
    // The second field, the program's name, is in brackets and may hold any character.
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
