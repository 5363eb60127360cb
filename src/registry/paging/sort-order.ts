import { RegistryError } from '../errors.ts'
import { written } from '../arguments.ts'
import { fieldReader } from '../filter/field.ts'
import { MAX_METADATA_DEPTH } from '../limits.ts'
import type { JsonValue, Registration } from '../registration.ts'

/** A registration with its sort key, computed once. */
export interface Entry {
  readonly registration: Registration
  /** Values of different types are ordered by their types. */
  readonly typeRank: number
  /** Values of one type are ordered by this. */
  readonly key: string | number
}

/** A sort order other than by identity. */
export interface SortOrder {
  readonly sortBy: string
  readonly order: 'ascending' | 'descending'
  readonly entryOf: (registration: Registration) => Entry
  /** A comparator for `Array.sort`, in the direction of `order`. */
  readonly compare: (a: Entry, b: Entry) => number
}

/**
 * The order for `sortBy` and `order`; `null` for order by identity, in which stores return registrations.
 * @throws RegistryError `INVALID_ARGUMENT` for an invalid `sortBy`.
 */
export function sortOrderOf(sortBy: string, order: 'ascending' | 'descending'): SortOrder | null {
  const read = valueReader(sortBy)
  if (read === null) return null
  return {
    sortBy,
    order,
    entryOf: (registration) => entryOf(registration, read(registration)),
    compare: order === 'ascending' ? compareEntries : (a, b) => compareEntries(b, a),
  }
}

type SortValue = JsonValue | undefined

function valueReader(sortBy: string): ((registration: Registration) => SortValue) | null {
  switch (sortBy) {
    case 'identity':
      return null
    case 'registeredAt':
      return ({ registeredAt }) => registeredAt
    case 'expiresAt':
      // Registrations that never expire are last, like missing values.
      return ({ expiresAt }) => expiresAt ?? undefined
    default: {
      const [root, ...path] = sortBy.split('.')
      const isPath = path.length > 0 && path.length <= MAX_METADATA_DEPTH && !path.includes('')
      if (root !== 'metadata' || !isPath) {
        throw new RegistryError(
          'INVALID_ARGUMENT',
          `options.sortBy: ${written(sortBy)} must be one of identity, registeredAt, expiresAt, metadata.<path>`,
        )
      }
      const read = fieldReader(path)
      return ({ metadata }) => read(metadata)
    }
  }
}

const RANKS = { null: 0, boolean: 1, number: 2, string: 3, json: 4, missing: 5 }

function entryOf(registration: Registration, value: SortValue): Entry {
  switch (typeof value) {
    case 'undefined':
      return { registration, typeRank: RANKS.missing, key: 0 }
    case 'boolean':
      return { registration, typeRank: RANKS.boolean, key: value ? 1 : 0 }
    case 'number':
      return { registration, typeRank: RANKS.number, key: value }
    case 'string':
      return { registration, typeRank: RANKS.string, key: value }
    default:
      if (value === null) return { registration, typeRank: RANKS.null, key: 0 }
      return { registration, typeRank: RANKS.json, key: JSON.stringify(value) }
  }
}

/** Compares in ascending order. Equal values sort by identity, so the order is total. */
export function compareEntries(a: Entry, b: Entry): number {
  if (a.typeRank !== b.typeRank) return a.typeRank - b.typeRank
  if (a.key !== b.key) return a.key < b.key ? -1 : 1
  const [left, right] = [a.registration.identity, b.registration.identity]
  if (left === right) return 0
  return left < right ? -1 : 1
}
