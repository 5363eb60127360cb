import { take, takeOptions, wholeNumber, type Take, type Takes } from '../arguments.ts'
import { RegistryError } from '../errors.ts'
import type { SchemaObject } from './metadata-schema.ts'
import { boundedSchema } from './schema-bounds.ts'

/**
 * What a tenant, a namespace, may use in all of its processes together. What is left out has no limit.
 *
 * A rate has a burst: so much may be used at once after a pause. Default: what the rate gives in 1 s, at least 1.
 */
export interface Quotas {
  /** Live identities, ≥ 0. */
  readonly identities?: number
  /** Registrations per second, replacing ones included; ≥ 0. */
  readonly registrationsPerSecond?: number
  /** Registrations at once, ≥ 0. */
  readonly registrationsBurst?: number
  /** Multicasts per second, ≥ 0. */
  readonly multicastsPerSecond?: number
  /** Multicasts at once, ≥ 0. */
  readonly multicastsBurst?: number
  /** Recipients of one multicast, ≥ 0. */
  readonly recipientsPerMulticast?: number
  /** Bytes of payload times recipients per second, ≥ 0. */
  readonly payloadBytesPerSecond?: number
  /** Bytes of payload times recipients at once, ≥ 0: a multicast of more is always refused. */
  readonly payloadBytesBurst?: number
  /** Registries that are open at once, ≥ 0. A memory store is one. */
  readonly connections?: number
  /** Longest time to live of a registration in ms, > 0. With it, none may live for ever. */
  readonly maxTtlMs?: number
  /** JSON Schema (draft 2020-12) of metadata, up to 32 KiB; see `docs/quotas.md`. */
  readonly metadataSchema?: SchemaObject
}

/** What a rate limits. */
export type RateName = 'registrations' | 'multicasts' | 'payloadBytes'

/** All rates. */
export const RATE_NAMES: readonly RateName[] = ['registrations', 'multicasts', 'payloadBytes']

/** The highest limit: numbers up to here stay exact in Redis' Lua, and leave room for sums. */
const MAX_LIMIT = 1e12

const count: Take<number> = wholeNumber(0, MAX_LIMIT)

const rate: Take<number> = take(
  (value): value is number => typeof value === 'number' && value >= 0 && value <= MAX_LIMIT,
  `a number from 0 to ${MAX_LIMIT}`,
)

const MAX_TTL_MS = 36_525 * 24 * 60 * 60 * 1000

const takes: Takes<Quotas> = {
  identities: count,
  registrationsPerSecond: rate,
  registrationsBurst: count,
  multicastsPerSecond: rate,
  multicastsBurst: count,
  recipientsPerMulticast: count,
  payloadBytesPerSecond: rate,
  payloadBytesBurst: count,
  connections: count,
  maxTtlMs: wholeNumber(1, MAX_TTL_MS),
  metadataSchema: (value, where) => JSON.parse(boundedSchema(value, where)) as SchemaObject,
}

/**
 * Checks quotas, and copies them; `compileMetadataSchema` checks what the schema means.
 * @throws RegistryError `INVALID_ARGUMENT`, which says where.
 */
export function takeQuotas(given: unknown, where = 'quotas'): Quotas {
  if (given === undefined) {
    throw new RegistryError('INVALID_ARGUMENT', `${where}: missing; {} limits nothing`)
  }
  const quotas = takeOptions(given, where, takes)
  for (const name of RATE_NAMES) {
    if (quotas[`${name}Burst`] === undefined || quotas[`${name}PerSecond`] !== undefined) continue
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `${where}.${name}Burst: needs ${where}.${name}PerSecond, the rate that it belongs to`,
    )
  }
  return quotas
}

/** The burst of a rate. */
export function burstOf(perSecond: number, burst: number | undefined): number {
  return burst ?? (perSecond === 0 ? 0 : Math.max(1, perSecond))
}
