import { oneOf, timeout, trueOrFalse, type Takes } from './arguments.ts'
import type { Retention } from './durability-options.ts'
import { RegistryError } from './errors.ts'
import type { SendOptions } from './messenger.ts'

/** How each option that a caller may set is taken. */
export const sendOptionTakes: Takes<Pick<SendOptions, 'delivery' | 'timeoutMs' | 'receipts'>> = {
  delivery: oneOf('at-most-once', 'at-least-once', 'exactly-once'),
  timeoutMs: timeout,
  receipts: trueOrFalse,
}

/**
 * Refuses send options that no implementation can keep.
 * @param retention what is in force for exactly-once; `null` if the messenger has no durability slot.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function checkSendOptions(options: SendOptions, retention: Retention | null): void {
  const delivery = sendOptionTakes.delivery(options.delivery, 'options.delivery')
  const timeoutMs = sendOptionTakes.timeoutMs(options.timeoutMs, 'options.timeoutMs')
  const receipts = sendOptionTakes.receipts(options.receipts, 'options.receipts')
  if (!receipts && delivery !== 'at-most-once') {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `receipts: false can't keep ${delivery}, which needs receipts. Use at-most-once, or ask for receipts.`,
    )
  }
  if (delivery !== 'exactly-once') return
  if (retention === null) {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      'exactly-once needs the durability slot, and this messenger has none. Connect it with a ' +
        "durability option: durability: {} to send, durability: { gatewayName: 'orders-1' } where subscribers are.",
    )
  }
  if (timeoutMs > retention.duplicateWindowMs) {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `timeoutMs is ${timeoutMs}; exactly-once can be kept for at most ${retention.duplicateWindowMs} ms, as long as a message that is sent twice is recognised.`,
    )
  }
}
