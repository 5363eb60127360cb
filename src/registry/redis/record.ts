import { RegistryError } from '../errors.ts'
import { parseMetadata } from '../metadata.ts'
import type { Registration } from '../registration.ts'

/**
 * The fields of an identity's hash, `<namespace>:<identity>`. `metadata` is JSON; the times are Unix
 * ms by the clock of Redis; at `expires_at` it is live no longer, and `0` stands for never. A hash has `gateway` only if one was named.
 */
export const recordFields = ['id', 'metadata', 'registered_at', 'expires_at', 'gateway'] as const

/** The values of `recordFields`; `null` where the hash lacks the field, '' also for no gateway. */
export type RecordValues = readonly (string | null | undefined)[]

/** A registration from its record, frozen; `undefined` if there is no such hash. */
export function registrationFrom(values: RecordValues): Registration | undefined {
  const [identity, metadata, registeredAt, expiresAt, gateway] = values
  if (typeof identity !== 'string' || typeof metadata !== 'string') return undefined
  return Object.freeze({
    identity,
    metadata: parseMetadata(metadata),
    registeredAt: timeFrom(registeredAt),
    expiresAt: expiryFrom(expiresAt),
    gateway: gateway ? gateway : null,
  })
}

/** Unix ms, or `null` for `0`, which stands for never. */
export function expiryFrom(text: string | number | null | undefined): number | null {
  return timeFrom(text) || null
}

function timeFrom(text: string | number | null | undefined): number {
  const time = Number(text ?? Number.NaN)
  if (Number.isSafeInteger(time)) return time
  throw new RegistryError('UNAVAILABLE', `Redis holds a time that is no whole number: "${text}".`)
}
