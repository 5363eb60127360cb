import { RegistryError } from './errors.ts'
import { describeKind, findNonJson, isPlainObject, formatPlace } from './json-check.ts'
import {
  defaultLimits,
  MAX_METADATA_BYTES,
  MAX_METADATA_DEPTH,
  type RegistryLimits,
} from './limits.ts'
import type { JsonValue, Metadata } from './registration.ts'

/** Metadata that passed every check. */
export interface ValidMetadata {
  /** The caller's own object, not a copy: keep the JSON, or `parseMetadata` of it. */
  readonly metadata: Metadata
  readonly json: string
}

/**
 * Checks that `value` is a JSON object within the limits, and serialises it.
 * @throws RegistryError `INVALID_METADATA`, naming the place of what JSON can't carry.
 */
export function validateMetadata(
  value: unknown,
  limits: Pick<RegistryLimits, 'maxMetadataBytes' | 'maxMetadataDepth'> = defaultLimits,
): ValidMetadata {
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
 * Metadata from the JSON that a store holds, deeply frozen so that callers can share it.
 * @throws RegistryError `INVALID_METADATA` if it is not a JSON object that some registry could accept.
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

function serialize(
  value: unknown,
  limits: Pick<RegistryLimits, 'maxMetadataBytes' | 'maxMetadataDepth'>,
): string {
  let problem
  try {
    if (!isPlainObject(value)) {
      throw invalid(`metadata: expected a JSON object, got ${describeKind(value)}`)
    }
    // No JSON value is shorter than a byte, so more values than bytes can't fit.
    problem = findNonJson(value, {
      maxDepth: limits.maxMetadataDepth,
      maxValues: limits.maxMetadataBytes,
    })
    if (problem === undefined) {
      const json: string | undefined = JSON.stringify(value)
      if (json?.startsWith('{')) return json
      problem = { place: ['toJSON'], found: 'not the same each time it is read' }
    }
  } catch (cause) {
    if (cause instanceof RegistryError) throw cause
    // Getters and proxies run code of the caller's.
    throw new RegistryError('INVALID_METADATA', 'metadata: it threw while being read', { cause })
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
    throw invalid('metadata: it has a number too large for JSON')
  }
  return value
}

/** Without the array of `Object.values`, which would take as long as the freezing. */
function freezeMembers(value: Metadata, levelsLeft: number): void {
  for (const key in value) {
    const member = Object.hasOwn(value, key) ? value[key] : undefined
    if (typeof member === 'object' || typeof member === 'number') freeze(member, levelsLeft)
  }
}

function invalid(message: string): RegistryError {
  return new RegistryError('INVALID_METADATA', message)
}
