import type { DeliveryStatuses } from './delivery-statuses.ts'
import type { DeliveryReport, SendOptions } from './messenger.ts'
import type { WakeUp } from './waiting.ts'

/**
 * Runs a send that its signal may cancel.
 * @param statuses the outcome so far, reported to `onAborted` when the send is cancelled.
 * @param wakeUp used by `run` to sleep; notified when the signal is aborted.
 * @param run checks the signal whenever it wakes, and throws its reason once it is aborted.
 */
export async function stoppableSend(
  { signal, onAborted }: SendOptions,
  statuses: DeliveryStatuses,
  wakeUp: WakeUp,
  run: () => Promise<DeliveryReport>,
): Promise<DeliveryReport> {
  if (signal === undefined) return run()
  const onAbort = (): void => wakeUp.notify()
  signal.addEventListener('abort', onAbort)
  try {
    signal.throwIfAborted()
    return await run()
  } catch (error) {
    if (signal.aborted) onAborted?.(statuses.end())
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
