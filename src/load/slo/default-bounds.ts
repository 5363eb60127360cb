import type { LoadResult } from '../result.ts'
import type { Bound } from './slo.ts'

/** Exemptions from the default bounds. */
export interface Allowances {
  /** The success rate is not held to a bound, unless an SLO has one. */
  readonly allowFailures?: boolean
  /** The delivery rate is not held to a bound, unless an SLO has one. */
  readonly allowUndelivered?: boolean
}

/** The rate that a load must exceed unless it has its own bound. */
const DEFAULT_RATE = 0.99

/**
 * The default bounds: more than 99 % of the planned requests succeed and, if messages are sent, more than
 * 99 % of the expected receipts arrive. Without them, a load whose every request fails could pass.
 *
 * A load's own bound on all operations replaces the default. One on a single operation replaces it for
 * that operation, and each of the others keeps the default.
 */
export function defaultBounds(
  result: Pick<LoadResult, 'operations'>,
  bounds: readonly Bound[],
  { allowFailures = false, allowUndelivered = false }: Allowances,
): readonly Bound[] {
  const all = [...result.operations]
  const operations = all.map(([name]) => name)
  const sending = all.flatMap(([name, { deliveries }]) => (deliveries === null ? [] : [name]))
  return [
    ...(allowFailures ? [] : unbounded('success rate', operations, bounds)),
    ...(allowUndelivered ? [] : unbounded('delivery rate', sending, bounds)),
  ]
}

function unbounded(
  kind: 'success rate' | 'delivery rate',
  operations: readonly string[],
  bounds: readonly Bound[],
): readonly Bound[] {
  const own = bounds.filter((bound) => bound.kind === kind)
  if (operations.length === 0 || own.some(({ operation }) => operation === null)) return []
  const scopes =
    own.length === 0
      ? [null]
      : operations.filter((name) => !own.some(({ operation }) => operation === name))
  return scopes.map((operation) => ({
    kind,
    operation,
    above: DEFAULT_RATE,
    everyMs: null,
    abortAfterMs: null,
    isDefault: true,
  }))
}
