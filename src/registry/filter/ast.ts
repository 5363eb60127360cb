import type { JsonValue } from '../registration.ts'

/** The names in a dotted path into metadata, one or more. */
export type FieldPath = readonly string[]

/** Comparison operators for two numbers or two strings. */
export type Ordering = 'lt' | 'lte' | 'gt' | 'gte'

/** A condition on one field. */
export type FieldNode =
  | { readonly kind: 'eq' | 'ne' | 'contains'; readonly path: FieldPath; readonly value: JsonValue }
  | { readonly kind: Ordering; readonly path: FieldPath; readonly value: number | string }
  | { readonly kind: 'startswith' | 'endswith'; readonly path: FieldPath; readonly value: string }
  | { readonly kind: 'in'; readonly path: FieldPath; readonly values: readonly JsonValue[] }
  | { readonly kind: 'exists'; readonly path: FieldPath; readonly value: boolean }

/** A parsed filter. An empty `and` matches everything. */
export type FilterNode =
  | FieldNode
  | { readonly kind: 'and' | 'or'; readonly operands: readonly FilterNode[] }
  | { readonly kind: 'not'; readonly operand: FilterNode }
