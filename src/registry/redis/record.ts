import { validateIdentity } from '../identity.ts'
import { parseMetadata } from '../metadata.ts'
import { ownText, quoted } from '../text.ts'
import type { Registration } from '../registration.ts'

/** Data in Redis that no registry wrote. The message describes the fault. */
export class CorruptData extends Error {
  override readonly name = 'CorruptData'
}

/**
 * The fields of an identity's hash, `<namespace>:<identity>`. `metadata` is JSON. Times are Unix ms by
 * the clock of Redis; a registration lives until just before `expires_at`, and `0` means never. Only
 * registrations with a gateway have the field `gateway`.
 */
export const recordFields = ['id', 'metadata', 'registered_at', 'expires_at', 'gateway'] as const

/** The values of `recordFields`: `null` for a missing field, and `''` also for no gateway. */
export type RecordValues = readonly (string | null | undefined)[]

/** Maximum length of a gateway; real ones are far shorter. */
const MAX_GATEWAY_CHARACTERS = 1024
const GATEWAY = /^[^\s\p{Cc}]*$/u
const TIME = /^\d{1,16}$/

/**
 * Reads a registration from its record; frozen.
 * @throws CorruptData
 */
export function registrationFrom(values: RecordValues): Registration {
  const [identity, metadata, registeredAt, expiresAt, gateway] = values
  if (typeof identity !== 'string') throw new CorruptData('it has no id')
  if (typeof metadata !== 'string') throw new CorruptData('it has no metadata')
  return Object.freeze({
    identity: identityFrom(identity),
    metadata: metadataFrom(metadata),
    registeredAt: timeFrom(registeredAt),
    expiresAt: expiryFrom(expiresAt),
    gateway: gatewayFrom(gateway),
  })
}

/** @throws CorruptData */
export function identityFrom(text: string): string {
  try {
    return validateIdentity(text)
  } catch (error) {
    throw new CorruptData(`it has an invalid id: ${String(error)}`)
  }
}

function metadataFrom(text: string) {
  try {
    return parseMetadata(text)
  } catch (error) {
    throw new CorruptData(String(error))
  }
}

/**
 * Reads a time: Unix ms, or `null` for `0`, which means never.
 * @throws CorruptData
 */
export function expiryFrom(text: string | null | undefined): number | null {
  return timeFrom(text) || null
}

function timeFrom(text: string | null | undefined): number {
  const time = TIME.test(text ?? '') ? Number(text) : Number.NaN
  if (Number.isSafeInteger(time)) return time
  throw new CorruptData(`it has an invalid time: ${quoted(`${text}`)}`)
}

/** @throws CorruptData */
export function gatewayFrom(text: string | null | undefined): string | null {
  if (!text) return null
  const known = gateways.get(text)
  if (known !== undefined) return known
  if (text.length <= MAX_GATEWAY_CHARACTERS && GATEWAY.test(text)) return remembered(text)
  throw new CorruptData(`it has an invalid gateway: ${quoted(text)}`)
}

/** Recently read gateways: registrations share the strings, which would otherwise double their size. */
const gateways = new Map<string, string>()
const MAX_GATEWAYS = 10_000

function remembered(gateway: string): string {
  if (gateways.size >= MAX_GATEWAYS) gateways.clear()
  const own = ownText(gateway)
  gateways.set(own, own)
  return own
}
