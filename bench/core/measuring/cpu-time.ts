import { readdirSync, readFileSync } from 'node:fs'

/**
 * CPU time that all threads of a process have taken so far, in ms; `null` where it is unknown: on
 * other systems than Linux, and of a process that has ended. Threads that have ended are left out.
 * Source: the first figure of each thread's `schedstat`, in ns, see
 * https://docs.kernel.org/scheduler/sched-stats.html.
 */
export function cpuTimeMs(pid: number): number | null {
  try {
    let ns = 0
    for (const thread of readdirSync(`/proc/${pid}/task`)) ns += threadTimeNs(pid, thread)
    return ns / 1e6
  } catch {
    return null
  }
}

/** A thread may end between its listing and this. */
function threadTimeNs(pid: number, thread: string): number {
  try {
    const [onCoreNs] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')
    return Number(onCoreNs)
  } catch {
    return 0
  }
}
