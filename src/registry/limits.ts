import { takeOptions, wholeNumber, type Takes } from './arguments.ts'
import { DEFAULT_MAX_BACKLOG_BYTES } from './backlog.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** Upper limits of one registry. */
export interface RegistryLimits {
  /** Live identities in the namespace, 1 to Infinity. */
  readonly maxIdentities: number
  /** Longest time to live in ms, up to 100 years. A TTL of 0, which never expires, stays allowed. */
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
   * Total values in all `.in` lists of a filter, 1 to 100,000. Parsing a long list blocks the event
   * loop; evaluating it costs no more than a short one.
   */
  readonly maxFilterValues: number
  /**
   * Bytes of received messages that wait for handlers or are held by running ones, 64 KiB to 1 TiB.
   * Messages beyond it are refused.
   */
  readonly maxBacklogBytes: number
}

/** The deepest metadata under any limits: reading it uses the call stack. */
export const MAX_METADATA_DEPTH = 100

/** The largest metadata under any limits, in bytes. */
export const MAX_METADATA_BYTES = 16 * 1024 * 1024

/** The limits in force unless overridden. */
export const defaultLimits: RegistryLimits = Object.freeze({
  maxIdentities: Infinity,
  maxTtlMs: 365 * DAY_MS,
  maxMetadataBytes: 16 * 1024,
  maxMetadataDepth: 32,
  maxFilterDepth: 5,
  maxFilterClauses: 20,
  maxFilterValues: 1_000,
  maxBacklogBytes: DEFAULT_MAX_BACKLOG_BYTES,
})

const takes: Takes<RegistryLimits> = {
  maxIdentities: wholeNumber(1, Infinity),
  maxTtlMs: wholeNumber(1, 36_525 * DAY_MS),
  maxMetadataBytes: wholeNumber(2, MAX_METADATA_BYTES),
  maxMetadataDepth: wholeNumber(1, MAX_METADATA_DEPTH),
  maxFilterDepth: wholeNumber(1, 100),
  maxFilterClauses: wholeNumber(1, 10_000),
  maxFilterValues: wholeNumber(1, 100_000),
  maxBacklogBytes: wholeNumber(64 * 1024, 1024 ** 4),
}

/**
 * The default limits with overrides.
 * @throws RegistryError `INVALID_ARGUMENT` for an unknown limit or a value outside its range.
 */
export function limitsFrom(overrides?: Partial<RegistryLimits>): RegistryLimits {
  return Object.freeze({ ...defaultLimits, ...takeOptions(overrides, 'limits', takes) })
}
