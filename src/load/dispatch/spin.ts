import { nowMs } from '../clock.ts'

/**
 * Turns the event loop without sleeping: late by a few µs, and a whole core. Where the core has to be
 * shared, the system takes it away for many ms at a time, and the latest starts are later than a timer's.
 */
export function spin(untilMs: number): Promise<void> {
  return new Promise((resolve) => {
    const turn = (): void => {
      if (nowMs() >= untilMs) resolve()
      else setImmediate(turn)
    }
    setImmediate(turn)
  })
}
