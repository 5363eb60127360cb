import { DEFAULT_MAX_BACKLOG_BYTES } from './backlog.ts'
import { RegistryError } from './errors.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** What one registry accepts at most. */
export interface RegistryLimits {
  /** Live identities in the namespace, 1 to Infinity. */
  readonly maxIdentities: number
  /** Longest time to live in ms, up to 100 years. A TTL of 0 (never expires) is no time and stays allowed. */
  readonly maxTtlMs: number
  /** Bytes of a registration's metadata as JSON in UTF-8, 2 to 16 MiB. */
  readonly maxMetadataBytes: number
  /** Levels of objects and arrays in metadata, 1 to 100; `{"a": 1}` has one. */
  readonly maxMetadataDepth: number
  /** Levels of `$and`, `$or` and `$not` in a filter, 1 to 100; `{"a": 1}` has one. */
  readonly maxFilterDepth: number
  /** Conditions in a filter, 1 to 10,000. */
  readonly maxFilterClauses: number
  /**
   * Bytes of received messages that wait for their handlers or that running handlers hold, 64 KiB to
   * 1 TiB. Beyond it messages are refused.
   */
  readonly maxBacklogBytes: number
}

export const defaultLimits: RegistryLimits = Object.freeze({
  maxIdentities: Infinity,
  maxTtlMs: 365 * DAY_MS,
  maxMetadataBytes: 16 * 1024,
  maxMetadataDepth: 32,
  maxFilterDepth: 5,
  maxFilterClauses: 20,
  maxBacklogBytes: DEFAULT_MAX_BACKLOG_BYTES,
})

const ranges: Readonly<Record<keyof RegistryLimits, readonly [min: number, max: number]>> = {
  maxIdentities: [1, Infinity],
  maxTtlMs: [1, 36_525 * DAY_MS],
  maxMetadataBytes: [2, 16 * 1024 * 1024],
  maxMetadataDepth: [1, 100],
  maxFilterDepth: [1, 100],
  maxFilterClauses: [1, 10_000],
  maxBacklogBytes: [64 * 1024, 1024 ** 4],
}

/** The most that any registry can allow for its metadata. */
export const MAX_LIMITS = Object.freeze({
  maxMetadataBytes: ranges.maxMetadataBytes[1],
  maxMetadataDepth: ranges.maxMetadataDepth[1],
})

/**
 * The default limits with some of them set otherwise.
 * @throws RegistryError `INVALID_ARGUMENT` for an unknown limit, or one that is not an integer in its range.
 */
export function limitsFrom(overrides: Partial<RegistryLimits> = {}): RegistryLimits {
  for (const [name, value] of Object.entries(overrides)) {
    if (!isLimitName(name)) {
      throw new RegistryError(
        'INVALID_ARGUMENT',
        `limits.${name}: no such limit; there are ${Object.keys(ranges).join(', ')}`,
      )
    }
    const [min, max] = ranges[name]
    const isWhole = Number.isInteger(value) || (value === Infinity && max === Infinity)
    if (!isWhole || value < min || value > max) {
      throw new RegistryError(
        'INVALID_ARGUMENT',
        `limits.${name}: expected an integer from ${min} to ${max}, got ${String(value)}`,
      )
    }
  }
  return Object.freeze({ ...defaultLimits, ...overrides })
}

function isLimitName(name: string): name is keyof RegistryLimits {
  return Object.hasOwn(ranges, name)
}
