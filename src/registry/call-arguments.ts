import {
  functionOf,
  reading,
  take,
  takeOptions,
  text,
  written,
  type Take,
  type Takes,
} from './arguments.ts'
import { RegistryError } from './errors.ts'
import { validateIdentity } from './identity.ts'
import { limitsFrom, type RegistryLimits } from './limits.ts'
import type { MessageHandler, Messenger } from './messenger.ts'
import type { RegistrySlots } from './registry.ts'
import type { RegistryStore, SeenRegistration } from './store.ts'
import type { Warnings } from './warnings.ts'

/** @throws RegistryError `INVALID_ARGUMENT` */
export function takeSlots(
  slots: unknown,
): Partial<RegistrySlots> & Pick<RegistrySlots, 'store' | 'messenger'> {
  const { store, messenger, ...others } = takeOptions(slots, 'slots', slotTakes)
  if (store !== undefined && messenger !== undefined) return { ...others, store, messenger }
  throw new RegistryError('INVALID_ARGUMENT', 'slots: a registry needs a store and a messenger')
}

const slotTakes: Takes<RegistrySlots> = {
  store: objectLike<RegistryStore>('a store'),
  messenger: objectLike<Messenger>('a messenger'),
  namespace: text,
  limits: (value) => limitsFrom(value as Partial<RegistryLimits>),
  warnings: objectLike<Warnings>('warnings'),
}

/** For what only the project's own classes can be: no caller writes it by hand. */
function objectLike<T>(what: string): Take<T> {
  return take((value): value is T => typeof value === 'object' && value !== null, what)
}

export const takeHandler: Take<MessageHandler> = functionOf('of the message')

/**
 * Takes which registration a caller saw; it may have more to it.
 * @throws RegistryError `INVALID_IDENTITY`, `INVALID_ARGUMENT`
 */
export function takeSeen(seen: unknown): SeenRegistration {
  return reading('seen', () => {
    if (typeof seen !== 'object' || seen === null) {
      throw new RegistryError(
        'INVALID_ARGUMENT',
        `seen: ${written(seen)} must be a registration as enumerate gives it`,
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
