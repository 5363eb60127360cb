import type { Metadata } from '../registration.ts'

/** One field that must equal one value for the filter to match: what an index can answer. */
export interface EqualityClause {
  /** The dotted path as its parts. */
  readonly path: readonly string[]
  readonly value: string | number | boolean | null
}

/** A filter ready to be evaluated any number of times. */
export interface CompiledFilter {
  /** Whether `metadata` satisfies the filter. Allocates nothing. */
  readonly matches: (metadata: Metadata) => boolean
  /** Equalities that every match satisfies (top-level AND only), for stores with field indexes. */
  readonly equalities: readonly EqualityClause[]
  /** Whether the equalities are the whole filter, so that an index answers without evaluation. */
  readonly isEqualitiesOnly: boolean
}
