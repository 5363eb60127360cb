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
