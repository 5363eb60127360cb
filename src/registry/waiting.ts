/** Resolves when all promises have settled, or after `timeoutMs`. */
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
 * Does some work, and rejects with the signal's reason as soon as that is aborted: at once, without
 * beginning, if it is already. Work under way is to look at the signal itself, and stop.
 */
export function unlessAborted<T>(
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (signal === undefined) return work()
  // A race of promises would cost twice as much.
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

/** Lets one waiter sleep until something happens or a time comes. */
export class WakeUp {
  #wake: (() => void) | null = null

  /** Wakes the sleeper, if there is one. */
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
