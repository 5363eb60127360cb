import { performance, PerformanceObserver } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { nowMs } from '../clock.ts'
import type { Pause } from '../pauses.ts'
import type { GeneratorHealth } from '../result.ts'

/** Shorter pauses are counted, but not listed, in ms: a scavenge takes less. */
const MIN_LISTED_MS = 1
/** Older ones are forgotten, so that memory is bounded. */
const MAX_LISTED = 10_000

/** Watches the garbage collector stop this thread. */
export interface GcWatch {
  /** Forgets the pauses so far. */
  reset(): void
  /** The latest 5,000 to 10,000 pauses of 1 ms and more since the last reset, in order; complete once stopped. */
  readonly list: readonly Pause[]
  /** Ends the watch; the pauses since the last reset. */
  stop(): Promise<GeneratorHealth['gcPauses']>
}

/** @param minListedMs for tests. */
export function watchGcPauses(minListedMs = MIN_LISTED_MS): GcWatch {
  const aheadMs = nowMs() - performance.now()
  let listed: Pause[] = []
  let sinceMs = performance.now()
  let count = 0
  let totalMs = 0
  let maxMs = 0
  const add = (pauses: ReturnType<PerformanceObserver['takeRecords']>): void => {
    for (const { startTime, duration } of pauses) {
      // Pauses are reported with a delay, so also after a reset.
      if (startTime < sinceMs) continue
      count++
      totalMs += duration
      maxMs = Math.max(maxMs, duration)
      if (duration < minListedMs) continue
      if (listed.length >= MAX_LISTED) listed = listed.slice(MAX_LISTED / 2)
      const fromMs = startTime + aheadMs
      listed.push({ fromMs, untilMs: fromMs + duration })
    }
  }
  const observer = new PerformanceObserver((list) => add(list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  return {
    get list() {
      return listed
    },
    reset: () => {
      sinceMs = performance.now()
      count = totalMs = maxMs = 0
      listed = []
    },
    stop: async () => {
      // Node hands over the last ones in the next turn of the event loop.
      await nextTurn()
      add(observer.takeRecords())
      observer.disconnect()
      return { count, totalMs, maxMs }
    },
  }
}
