import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { EventLoopDelay } from '../result.ts'

/** The sampling interval, in ms. Node's figures include it; ours don't. */
const RESOLUTION_MS = 10

/** Watches how long the event loop keeps timers waiting. */
export interface EventLoopWatch {
  /** Resets the observations so far. */
  reset(): void
  /** The figures since the last reset. */
  read(): EventLoopDelay
  /** Ends the watch; the figures since the last reset. */
  stop(): EventLoopDelay
}

export function watchEventLoop(): EventLoopWatch {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  const delayMs = (ns: number): number => Math.max(ns / 1e6 - RESOLUTION_MS, 0)
  const read = (): EventLoopDelay => ({
    p50Ms: delayMs(histogram.percentile(50)),
    p99Ms: delayMs(histogram.percentile(99)),
    maxMs: delayMs(histogram.max),
  })
  return {
    reset: () => histogram.reset(),
    read,
    stop: () => {
      histogram.disable()
      return read()
    },
  }
}
