import { readFileSync } from 'node:fs'

/**
 * How long the calling thread could have run, but had to wait for a core, in ms since it began; `null`
 * where the system doesn't tell: anywhere but on Linux. A process with more to do than it gets cores
 * for is late through no fault of its own.
 * Source: the second figure of `schedstat`, in ns, see https://docs.kernel.org/scheduler/sched-stats.html.
 */
export function coreWaitMs(): number | null {
  try {
    const [, waitedNs] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')
    const waitedMs = Number(waitedNs) / 1e6
    return Number.isFinite(waitedMs) ? waitedMs : null
  } catch {
    return null
  }
}

/** Watches how long the calling thread waits for a core. */
export class CoreWaitWatch {
  #sinceMs = coreWaitMs()

  /** Resets the waits so far. */
  reset(): void {
    this.#sinceMs = coreWaitMs()
  }

  /** The wait since the last reset, in ms; `null` where the system doesn't report it. */
  read(): number | null {
    const nowMs = coreWaitMs()
    return nowMs === null || this.#sinceMs === null ? null : Math.max(nowMs - this.#sinceMs, 0)
  }
}
