import { RegistryError } from './errors.ts'
import { describeKind, findNonJson, isPlainObject, formatPlace } from './json-check.ts'
import {
  defaultLimits,
  MAX_METADATA_BYTES,
  MAX_METADATA_DEPTH,
  type RegistryLimits,
} from './limits.ts'
import type { JsonValue, Metadata } from './registration.ts'

/** Valid metadata. */
export interface ValidMetadata {
  /** The caller's own object, not a copy: keep the JSON, or its `parseMetadata`. */
  readonly metadata: Metadata
  readonly json: string
}

type MetadataLimits = Pick<RegistryLimits, 'maxMetadataBytes' | 'maxMetadataDepth'>

/**
 * A copy of metadata that was checked, which `validateMetadata` takes as it is. It is not a plain object, so whatever doesn't
 * know it refuses it: it can't be mistaken for `{}`.
 */
export class CheckedMetadata {
  readonly #json: string
  #parsed: Metadata | null = null

  /** @throws RegistryError `INVALID_METADATA`, with the place of the fault. */
  constructor(value: unknown, limits: MetadataLimits) {
    this.#json = validateMetadata(value, limits).json
  }

  /** The metadata; parsed when it is first asked for. */
  get metadata(): Metadata {
    this.#parsed ??= JSON.parse(this.#json) as Metadata
    return this.#parsed
  }

  /** What `register` of a registry with the same limits takes in place of metadata. */
  get asMetadata(): Metadata {
    return this as unknown as Metadata
  }

  static jsonOf(value: unknown): string | null {
    return typeof value === 'object' && value !== null && #json in value ? value.#json : null
  }
}

/**
 * Checks that `value` is a JSON object within the limits, and serialises it.
 * @throws RegistryError `INVALID_METADATA`, with the place of the fault.
 */
export function validateMetadata(
  value: unknown,
  limits: MetadataLimits = defaultLimits,
): ValidMetadata {
  const checked = CheckedMetadata.jsonOf(value)
  if (checked !== null) return { metadata: value as Metadata, json: checked }
  const json = serialize(value, limits)
  // A UTF-16 code unit takes at most three bytes, so most metadata needs no count.
  if (json.length * 3 > limits.maxMetadataBytes) {
    const sizeBytes = Buffer.byteLength(json)
    if (sizeBytes > limits.maxMetadataBytes) {
      throw invalid(
        `metadata: ${sizeBytes} bytes as JSON; at most ${limits.maxMetadataBytes} are allowed`,
      )
    }
  }
  return { metadata: value as Metadata, json }
}

/**
 * Parses stored metadata, deeply frozen because callers share it.
 * @throws RegistryError `INVALID_METADATA` if it is not a JSON object that any registry could accept.
 */
export function parseMetadata(json: string): Metadata {
  if (json.length > MAX_METADATA_BYTES) {
    throw invalid(`metadata: more than ${MAX_METADATA_BYTES} characters`)
  }
  let value: JsonValue
  try {
    value = JSON.parse(json) as JsonValue
  } catch (cause) {
    throw new RegistryError('INVALID_METADATA', `metadata: not JSON: ${json.slice(0, 60)}`, {
      cause,
    })
  }
  if (!isPlainObject(value)) {
    throw invalid(`metadata: expected a JSON object, got ${describeKind(value)}`)
  }
  return freeze(value, MAX_METADATA_DEPTH)
}

function serialize(value: unknown, limits: MetadataLimits): string {
  let problem
  try {
    if (!isPlainObject(value)) {
      throw invalid(`metadata: expected a JSON object, got ${describeKind(value)}`)
    }
    // Each JSON value takes at least one byte, so more values than bytes can't fit.
    problem = findNonJson(value, {
      maxDepth: limits.maxMetadataDepth,
      maxValues: limits.maxMetadataBytes,
    })
    if (problem === undefined) {
      const json: string | undefined = JSON.stringify(value)
      if (json?.startsWith('{')) return json
      problem = { place: ['toJSON'], found: 'different each time it is read' }
    }
  } catch (cause) {
    if (cause instanceof RegistryError) throw cause
    // Getters and proxies run the caller's code.
    throw new RegistryError('INVALID_METADATA', 'metadata: reading it threw an exception', {
      cause,
    })
  }
  throw invalid(`${formatPlace('metadata', problem.place)} is ${problem.found}`)
}

function freeze<T extends JsonValue>(value: T, levelsLeft: number): T {
  if (typeof value === 'object' && value !== null) {
    if (levelsLeft === 0) {
      throw invalid(`metadata: nested more than ${MAX_METADATA_DEPTH} levels deep`)
    }
    if (Array.isArray(value)) {
      for (const element of value as readonly JsonValue[]) freeze(element, levelsLeft - 1)
    } else freezeMembers(value as Metadata, levelsLeft - 1)
    Object.freeze(value)
  } else if (typeof value === 'number' && !Number.isFinite(value)) {
    throw invalid('metadata: contains a number too large for JSON')
  }
  return value
}

/** Avoids `Object.values`, whose array would take as long as the freezing. */
function freezeMembers(value: Metadata, levelsLeft: number): void {
  for (const key in value) {
    const member = Object.hasOwn(value, key) ? value[key] : undefined
    if (typeof member === 'object' || typeof member === 'number') freeze(member, levelsLeft)
  }
}

function invalid(message: string): RegistryError {
  return new RegistryError('INVALID_METADATA', message)
}
