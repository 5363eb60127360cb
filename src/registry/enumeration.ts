import { RegistryError } from './errors.ts'
import { fieldReader } from './filter/field.ts'
import type { JsonValue, Metadata, Registration } from './registration.ts'

/** How the matches of an enumerate are shown. */
export interface EnumerateOptions {
  /** Most registrations on a page, an integer ≥ 1. Without it, one page has them all. */
  readonly limit?: number
  /** The `nextCursor` of the page before. */
  readonly cursor?: string
  /**
   * `identity` (default), `registeredAt`, `expiresAt`, or `metadata.<dotted path>`. Values order by
   * type first (null, booleans, numbers, strings, the rest by their JSON, missing ones last), and
   * equal ones by identity.
   */
  readonly sortBy?: string
  /** Default `ascending`. */
  readonly order?: 'ascending' | 'descending'
  /** Default `true`. */
  readonly includeMetadata?: boolean
}

/** A registration as enumerate shows it. Shared and frozen. */
export interface ListedRegistration {
  readonly identity: string
  /** Left out if `includeMetadata` is `false`. */
  readonly metadata?: Metadata
  /** Unix time in ms by the store's clock. */
  readonly registeredAt: number
  /** Unix time in ms by the store's clock; `null` never expires. */
  readonly expiresAt: number | null
  /** Where the process that hosts the identity's subscriber is reached; `null` if it named none. */
  readonly gateway: string | null
}

/** One page of live registrations. */
export interface Enumeration {
  readonly registrations: readonly ListedRegistration[]
  /** Matches on all pages together. */
  readonly totalCount: number
  /** Where the next page begins; `null` on the last one. */
  readonly nextCursor: string | null
}

/** Where a registration stands in the order: its sort value, then its identity. */
type Position = readonly [value: SortValue, identity: string]
type SortValue = JsonValue | undefined

/**
 * Cuts one page out of the matches. A cursor holds the position of the last registration shown, not
 * a count, so while others come and go none is shown twice and none that stayed is skipped.
 * @param matches ordered by identity.
 * @throws RegistryError `INVALID_ARGUMENT` for a limit, cursor, sort field or order that makes no sense.
 */
export function pageOf(matches: readonly Registration[], options: EnumerateOptions): Enumeration {
  const { limit = Infinity, cursor, includeMetadata = true } = options
  if (limit !== Infinity && !(Number.isInteger(limit) && limit >= 1)) {
    throw new RegistryError('INVALID_ARGUMENT', `limit: ${limit} must be an integer of at least 1`)
  }
  const { sorted, positionOf, direction, name } = sort(matches, options)
  const start = cursor === undefined ? 0 : indexAfter(cursor)
  const end = Math.min(start + limit, sorted.length)
  const page = start === 0 && end === sorted.length ? sorted : sorted.slice(start, end)
  const last = page.at(-1)
  return {
    registrations: includeMetadata ? page : page.map(withoutMetadata),
    totalCount: matches.length,
    nextCursor:
      last === undefined || end === sorted.length ? null : encodeCursor(name, positionOf(last)),
  }

  function indexAfter(text: string): number {
    const after = decodeCursor(text, name)
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const candidate = sorted[middle]
      if (candidate === undefined) break
      if (comparePositions(positionOf(candidate), after) * direction > 0) high = middle
      else low = middle + 1
    }
    return low
  }
}

function sort(
  matches: readonly Registration[],
  { sortBy = 'identity', order = 'ascending' }: EnumerateOptions,
): {
  sorted: readonly Registration[]
  positionOf: (registration: Registration) => Position
  direction: 1 | -1
  name: string
} {
  const valueOf = sortValueReader(sortBy)
  if (order !== 'ascending' && order !== 'descending') {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `order: "${String(order)}" is neither ascending nor descending`,
    )
  }
  const direction = order === 'ascending' ? 1 : -1
  const name = `${sortBy} ${order}`
  const positionOf = (registration: Registration): Position => [
    valueOf(registration),
    registration.identity,
  ]
  if (sortBy === 'identity') {
    const sorted = direction === 1 ? matches : matches.toReversed()
    return { sorted, positionOf, direction, name }
  }
  const sorted = matches
    .map((registration) => ({ registration, position: positionOf(registration) }))
    .sort((a, b) => comparePositions(a.position, b.position) * direction)
    .map(({ registration }) => registration)
  return { sorted, positionOf, direction, name }
}

function sortValueReader(sortBy: string): (registration: Registration) => SortValue {
  switch (sortBy) {
    case 'identity':
      return () => null
    case 'registeredAt':
      return ({ registeredAt }) => registeredAt
    case 'expiresAt':
      // One that never expires is last, like a missing value.
      return ({ expiresAt }) => expiresAt ?? undefined
    default: {
      const [root, ...path] = typeof sortBy === 'string' ? sortBy.split('.') : []
      if (root !== 'metadata' || path.length === 0 || path.includes('')) {
        throw new RegistryError(
          'INVALID_ARGUMENT',
          `sortBy: "${sortBy}" is none of identity, registeredAt, expiresAt, metadata.<path>`,
        )
      }
      const read = fieldReader(path)
      return ({ metadata }) => read(metadata)
    }
  }
}

const TYPE_ORDER = ['null', 'boolean', 'number', 'string', 'object', 'undefined']

function comparePositions([a, aIdentity]: Position, [b, bIdentity]: Position): number {
  return compareValues(a, b) || compareBy(aIdentity, bIdentity)
}

function compareValues(a: SortValue, b: SortValue): number {
  if (a === b) return 0
  const aType = a === null ? 'null' : typeof a
  const bType = b === null ? 'null' : typeof b
  if (aType !== bType) return TYPE_ORDER.indexOf(aType) - TYPE_ORDER.indexOf(bType)
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'string' && typeof b === 'string') return compareBy(a, b)
  return compareBy(JSON.stringify(a), JSON.stringify(b))
}

function compareBy(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function encodeCursor(name: string, [value, identity]: Position): string {
  const parts = value === undefined ? [name, identity] : [name, identity, value]
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

function decodeCursor(text: string, name: string): Position {
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    parts = null
  }
  if (!Array.isArray(parts) || typeof parts[0] !== 'string' || typeof parts[1] !== 'string') {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      'cursor: not the nextCursor of an earlier page; leave it out to begin at the first one',
    )
  }
  if (parts[0] !== name) {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `cursor: made for the order "${parts[0]}", not "${name}"; leave it out to begin anew`,
    )
  }
  return [parts[2] as SortValue, parts[1]]
}

function withoutMetadata(registration: Registration): ListedRegistration {
  const { identity, registeredAt, expiresAt, gateway } = registration
  return Object.freeze({ identity, registeredAt, expiresAt, gateway })
}
