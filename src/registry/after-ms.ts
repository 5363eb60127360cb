import { MAX_TIMER_MS } from './arguments.ts'

/**
 * Calls back after a time, however long, unless the process ends before.
 * @returns cancels it.
 */
export function afterMs(ms: number, done: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const dueAtMs = performance.now() + ms
  const wait = (): void => {
    const leftMs = dueAtMs - performance.now()
    if (leftMs <= 0) done()
    else if (leftMs !== Infinity) timer = setTimeout(wait, Math.min(leftMs, MAX_TIMER_MS)).unref()
  }
  wait()
  return () => clearTimeout(timer)
}
