/** Resolves once all promises have settled, or after `timeoutMs`. */
export async function settledWithin(
  promises: readonly Promise<unknown>[],
  timeoutMs: number,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs)
  })
  await Promise.race([Promise.allSettled(promises), late])
  clearTimeout(timer)
}

/**
 * Runs `work`, and rejects with the signal's reason as soon as the signal is aborted; if it already is,
 * `work` is not called. Running work must check the signal itself and stop.
 */
export function unlessAborted<T>(
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (signal === undefined) return work()
  // Cheaper than `Promise.race`, which costs twice as much.
  return new Promise<T>((resolve, reject) => {
    signal.throwIfAborted()
    const onAbort = (): void => {
      unlisten()
      reject(signal.reason)
    }
    const unlisten = (): void => signal.removeEventListener('abort', onAbort)
    signal.addEventListener('abort', onAbort)
    work().then(
      (value) => {
        unlisten()
        resolve(value)
      },
      (error: unknown) => {
        unlisten()
        reject(error)
      },
    )
  })
}

/** Lets one waiter sleep until it is notified or a deadline passes. */
export class WakeUp {
  #wake: (() => void) | null = null

  /** Wakes the waiter, if it sleeps. */
  notify(): void {
    this.#wake?.()
  }

  /** @param until by `performance.now()`, in ms. */
  async sleepUntil(until: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      timer = setTimeout(resolve, Math.max(0, Math.ceil(until - performance.now())))
    })
    clearTimeout(timer)
    this.#wake = null
  }
}
