import type { JsonValue } from '../registration.ts'

/** A dotted path into metadata as its parts, one or more. */
export type FieldPath = readonly string[]

/** How two values of one kind, both numbers or both strings, are ordered. */
export type Ordering = 'lt' | 'lte' | 'gt' | 'gte'

/** A condition on one field. */
export type FieldNode =
  | { readonly kind: 'eq' | 'ne' | 'contains'; readonly path: FieldPath; readonly value: JsonValue }
  | { readonly kind: Ordering; readonly path: FieldPath; readonly value: number | string }
  | { readonly kind: 'startswith' | 'endswith'; readonly path: FieldPath; readonly value: string }
  | { readonly kind: 'in'; readonly path: FieldPath; readonly values: readonly JsonValue[] }
  | { readonly kind: 'exists'; readonly path: FieldPath; readonly value: boolean }

/** A parsed filter. An `and` of nothing matches everything. */
export type FilterNode =
  | FieldNode
  | { readonly kind: 'and' | 'or'; readonly operands: readonly FilterNode[] }
  | { readonly kind: 'not'; readonly operand: FilterNode }
