import { performance, PerformanceObserver } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { GeneratorHealth } from '../result.ts'

/** Watches the garbage collector stop this thread. */
export interface GcWatch {
  /** Forgets the pauses so far. */
  reset(): void
  /** Ends the watch; the pauses since the last reset. */
  stop(): Promise<GeneratorHealth['gcPauses']>
}

export function watchGcPauses(): GcWatch {
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
    }
  }
  const observer = new PerformanceObserver((list) => add(list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  return {
    reset: () => {
      sinceMs = performance.now()
      count = totalMs = maxMs = 0
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
