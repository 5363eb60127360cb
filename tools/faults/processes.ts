import { readdirSync, readFileSync } from 'node:fs'

/** A process; its start tells it from a later one with the same number. */
export interface Process {
  readonly pid: number
  readonly parentPid: number
  /** In clock ticks since the machine started. */
  readonly startTicks: number
  /** The kernel's name of it, at most 15 characters. */
  readonly name: string
}

/** All processes of the machine that have not ended; Linux only. */
export function allProcesses(): readonly Process[] {
  return readdirSync('/proc').flatMap((entry) =>
    /^\d+$/.test(entry) ? (readProcess(Number(entry)) ?? []) : [],
  )
}

/** A process, `null` if it has ended. */
export function readProcess(pid: number): Process | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name is in parentheses, and may itself contain parentheses.
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state = '', parentPid] = fields
    if (state === 'Z' || state === 'X') return null
    return { pid, parentPid: Number(parentPid), startTicks: Number(fields[19]), name }
  } catch {
    return null
  }
}

/** The program with its arguments, or the process's own title; empty if it has ended. */
export function commandOf({ pid }: Process): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}

/** The descendants of a process among `all`. */
export function descendantsOf(pid: number, all: readonly Process[]): readonly Process[] {
  const children = all.filter(({ parentPid }) => parentPid === pid)
  return children.flatMap((child) => [child, ...descendantsOf(child.pid, all)])
}

/** Whether a process has an environment setting, its own or inherited. */
export function hasSetting({ pid }: Process, setting: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(setting)
  } catch {
    return false
  }
}

/** Sends a signal to a process if it is still the same one; returns whether it is. */
export function signalProcess(target: Process, signal: NodeJS.Signals): boolean {
  if (readProcess(target.pid)?.startTicks !== target.startTicks) return false
  try {
    process.kill(target.pid, signal)
    return true
  } catch {
    return false
  }
}
