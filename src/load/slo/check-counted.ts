import { InputError } from '../../input-error.ts'
import type { Bound } from './slo.ts'

/**
 * Checks that bounds on delivery and completion are on operations whose receipts are counted.
 * @param counted names of the operations whose receivers can be asked.
 * @throws InputError for one that nobody could judge.
 */
export function checkCounted(bounds: readonly Bound[], counted: readonly string[]): void {
  for (const bound of bounds) {
    const { kind, operation } = bound
    const isOfReceipts =
      kind === 'delivery rate' || (kind === 'time' && bound.metric === 'completion')
    const isCounted = operation === null ? counted.length > 0 : counted.includes(operation)
    if (!isOfReceipts || isCounted) continue
    const metric = kind === 'time' ? 'completion' : 'delivery'
    const others = counted.length === 0 ? '' : ` They are of ${counted.join(', ')}.`
    throw new InputError(
      `SLO: ${metric}: receipts of ${operation ?? 'this load'} are not counted.${others}`,
    )
  }
}
