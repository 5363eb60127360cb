import { nowMs } from '../clock.ts'

/**
 * Sleeps by Node's timers, which count in whole ms: late by about half of one on a free event loop,
 * and next to nothing of a core.
 */
export function timer(untilMs: number): Promise<void> {
  return new Promise((resolve) => {
    const waitMs = untilMs - nowMs()
    if (waitMs <= 0) setImmediate(resolve)
    else setTimeout(resolve, waitMs)
  })
}
