import { isCount } from './is-count.ts'
import type { ReceiptsSoFar } from './recording/delivery-tally.ts'
import type { OperationReceipts } from './recording/exact-progress.ts'
import { total } from './totals.ts'
import type { Operation } from './workload.ts'

type Teller = Pick<Operation, 'receiptsSoFar'>

/** The receipts of a running load, over the operations that tell theirs; `null` if none does. */
export function receiptsSoFar(operations: ReadonlyMap<string, Teller>): ReceiptsSoFar | null {
  const told = [...operations.values()].map(toldReceipts).filter((one) => one !== null)
  if (told.length === 0) return null
  const sum = (of: keyof ReceiptsSoFar): number => total(told, (one) => one[of])
  return { expected: sum('expected'), received: sum('received') }
}

/** The same of each operation that tells its receipts. */
export function receiptsOfEach(
  operations: ReadonlyMap<string, Teller>,
): readonly OperationReceipts[] {
  return [...operations].flatMap(([operation, teller]) => {
    const told = toldReceipts(teller)
    return told === null ? [] : [{ operation, expected: told.expected, received: told.received }]
  })
}

/** Operations are user code: those that throw or tell anything but counts are not counted. */
function toldReceipts(operation: Teller): ReceiptsSoFar | null {
  try {
    const told = operation.receiptsSoFar?.()
    if (told === undefined || told === null) return null
    return isCount(told.expected) && isCount(told.received) ? told : null
  } catch {
    return null
  }
}
