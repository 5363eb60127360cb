import { expect, test } from 'vitest'
import type { CountedDeliveries } from '../result.ts'
import { checkedDeliveries } from './checked-deliveries.ts'
import { newTimeHistogram } from './histogram.ts'

const times = newTimeHistogram()
const counted: CountedDeliveries = {
  kind: 'counted',
  expected: 10,
  received: 8,
  duplicates: 1,
  missing: 2,
  incomplete: 1,
  missingByPause: 0,
  receipt: times,
  completion: times,
  undisturbedCompletion: times,
  receivers: null,
}

test('deliveries that add up are left as they are, and so are unknown ones', () => {
  expect(checkedDeliveries(counted)).toBe(counted)
  const unknown = { kind: 'unknown', reason: 'lost' } as const
  expect(checkedDeliveries(unknown)).toBe(unknown)
})

test.each([
  [{ received: 9 }, '10 receipts were expected, but 9 came and 2 are missing'],
  [{ expected: Number.NaN }, 'expected: NaN is not a number of receipts'],
  [{ missing: -2, received: 12 }, 'missing: -2 is not a number of receipts'],
  [{ duplicates: 0.5 }, 'duplicates: 0.5 is not a number of receipts'],
])('with %j nothing is known of them', (change, reason) => {
  expect(checkedDeliveries({ ...counted, ...change })).toEqual({ kind: 'unknown', reason })
})
