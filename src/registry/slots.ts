import { take, takeOptions, text, type Take, type Takes } from './arguments.ts'
import { RegistryError } from './errors.ts'
import { limitsFrom, type RegistryLimits } from './limits.ts'
import type { Messenger } from './messenger.ts'
import type { RegistryStore } from './store.ts'
import type { Telemetry } from './telemetry/telemetry.ts'
import type { Warnings } from './warnings.ts'

/** The backends of a registry. */
export interface RegistrySlots {
  readonly store: RegistryStore
  readonly messenger: Messenger
  /** The namespace of the store and the messenger. Default: none. */
  readonly namespace?: string
  readonly limits?: Partial<RegistryLimits>
  readonly warnings?: Warnings
  /** Default: by the SDK of OpenTelemetry that the process registers, if any. */
  readonly telemetry?: Telemetry
}

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
  telemetry: objectLike<Telemetry>('telemetry'),
}

/** Accepts any object: callers pass instances of this project's classes. */
function objectLike<T>(what: string): Take<T> {
  return take((value): value is T => typeof value === 'object' && value !== null, what)
}
