import { oneOf, timeout, trueOrFalse, type Takes } from './arguments.ts'
import type { Retention } from './durability-options.ts'
import { RegistryError } from './errors.ts'
import type { SendOptions } from './messenger.ts'

/** Checks of the options that callers may set. */
export const sendOptionTakes: Takes<Pick<SendOptions, 'delivery' | 'timeoutMs' | 'receipts'>> = {
  delivery: oneOf('at-most-once', 'at-least-once', 'exactly-once'),
  timeoutMs: timeout,
  receipts: trueOrFalse,
}

/**
 * Refuses combinations of send options that no messenger can fulfil.
 * @param retention the retention in force for exactly-once; `null` without a durability slot.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function checkSendOptions(options: SendOptions, retention: Retention | null): void {
  const delivery = sendOptionTakes.delivery(options.delivery, 'options.delivery')
  const timeoutMs = sendOptionTakes.timeoutMs(options.timeoutMs, 'options.timeoutMs')
  const receipts = sendOptionTakes.receipts(options.receipts, 'options.receipts')
  if (!receipts && delivery !== 'at-most-once') {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `receipts: false is not possible with ${delivery}, which requires receipts. Use at-most-once, or request receipts.`,
    )
  }
  if (delivery !== 'exactly-once') return
  if (retention === null) {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      'exactly-once requires the durability slot, which this messenger lacks. Connect it with the option ' +
        "durability: {} to send, or durability: { gatewayName: 'orders-1' } to host subscribers.",
    )
  }
  if (timeoutMs > retention.duplicateWindowMs) {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `timeoutMs: ${timeoutMs} is too long; exactly-once allows at most ${retention.duplicateWindowMs} ms, the stream's duplicate window.`,
    )
  }
}
