import type { Retention } from './durability-options.ts'
import { RegistryError } from './errors.ts'
import type { SendOptions } from './messenger.ts'

const MAX_TIMEOUT_MS = 2_147_483_647

/**
 * Refuses send options that no implementation can keep.
 * @param retention what is in force for exactly-once; `null` if the messenger has no durability slot.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function checkSendOptions(options: SendOptions, retention: Retention | null): void {
  const { delivery, timeoutMs, receipts } = options
  if (!(timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS)) {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `timeoutMs is ${timeoutMs}; it must be above 0 and at most ${MAX_TIMEOUT_MS}.`,
    )
  }
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
