import { functionOf, reading, take, text, written, type Take } from './arguments.ts'
import { RegistryError } from './errors.ts'
import { validateIdentity } from './identity.ts'
import type { MessageHandler } from './messenger.ts'
import type { SeenRegistration } from './store.ts'

/** Checks a message handler. */
export const takeHandler: Take<MessageHandler> = functionOf('of the message')

/**
 * Checks a registration that a caller has seen; extra members are allowed.
 * @throws RegistryError `INVALID_IDENTITY`, `INVALID_ARGUMENT`
 */
export function takeSeen(seen: unknown): SeenRegistration {
  return reading('seen', () => {
    if (typeof seen !== 'object' || seen === null) {
      throw new RegistryError(
        'INVALID_ARGUMENT',
        `seen: ${written(seen)} must be a registration as returned by enumerate`,
      )
    }
    const { identity, registeredAt, gateway }: Partial<Record<string, unknown>> = { ...seen }
    return {
      identity: validateIdentity(identity),
      registeredAt: takeTime(registeredAt, 'seen.registeredAt'),
      gateway: gateway === null ? null : text(gateway, 'seen.gateway'),
    }
  })
}

const takeTime = take(
  (value): value is number => Number.isSafeInteger(value),
  'a time in Unix ms, a safe integer',
)
