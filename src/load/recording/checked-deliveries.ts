import type { Deliveries } from '../result.ts'

/**
 * Deliveries as an operation counts them; or unknown ones, with the reason, where their counts can't be true.
 * Anybody may write an operation, and a result that contradicts itself is refused by whoever reads it.
 */
export function checkedDeliveries(deliveries: Deliveries): Deliveries {
  if (deliveries.kind === 'unknown') return deliveries
  const { expected, received, missing, duplicates, incomplete, missingByPause } = deliveries
  const counts = { expected, received, missing, duplicates, incomplete, missingByPause }
  for (const [name, count] of Object.entries(counts)) {
    if (Number.isSafeInteger(count) && count >= 0) continue
    return { kind: 'unknown', reason: `${name}: ${count} is not a number of receipts` }
  }
  if (expected === received + missing) return deliveries
  const reason = `${expected} receipts were expected, but ${received} came and ${missing} are missing`
  return { kind: 'unknown', reason }
}
