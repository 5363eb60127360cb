import type { DeliveryStatuses } from './delivery-statuses.ts'
import type { DeliveryReport, SendOptions } from './messenger.ts'
import type { WakeUp } from './waiting.ts'

/**
 * Runs a send that its signal may end.
 * @param statuses what is known of its targets; told to `onAborted` if it is ended so.
 * @param wakeUp what it sleeps by; notified when the signal is aborted.
 * @param run is to throw the signal's reason when it finds it aborted, which it looks at whenever it wakes.
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
