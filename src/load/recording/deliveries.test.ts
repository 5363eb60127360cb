import { expect, test } from 'vitest'
import { DeliveryTally } from './delivery-tally.ts'
import { withUnsent, checkedDeliveries } from './deliveries.ts'
import type { Deliveries, CountedDeliveries } from '../result.ts'
import { newTimeHistogram } from './histogram.ts'

/** Two messages to three recipients each, of which one receipt is missing. */
function deliveries(): Deliveries {
  const tally = new DeliveryTally()
  for (const number of [0, 1]) {
    for (let recipient = number; recipient < 3; recipient++) tally.receive(number, 0, recipient, 1)
    tally.expect({ number, intendedAtMs: 0, startedAtMs: 0, recipients: 3, isSent: number === 0 })
  }
  return { ...tally.deliveries(10), receivers: null }
}

test('counts recipients of unsent messages as expected and missing', () => {
  expect(withUnsent(deliveries(), { count: 4, byGenerator: 1 })).toMatchObject({
    expected: 6 + 12,
    received: 5,
    missing: 1 + 12,
    incomplete: 1 + 4,
    missingByPause: 3,
    missingByFailure: 1 + 12,
  })
})

test('changes nothing if everything was sent or deliveries are unknown', () => {
  const all = deliveries()
  expect(withUnsent(all, { count: 0, byGenerator: 0 })).toBe(all)
  const unknown = { kind: 'unknown', reason: 'lost' } as const
  expect(withUnsent(unknown, { count: 3, byGenerator: 0 })).toBe(unknown)
  expect(withUnsent(null, { count: 3, byGenerator: 0 })).toBeNull()
})

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

test('keeps deliveries that add up, and unknown ones', () => {
  expect(checkedDeliveries(counted)).toBe(counted)
  const unknown = { kind: 'unknown', reason: 'lost' } as const
  expect(checkedDeliveries(unknown)).toBe(unknown)
})

test.each([
  [{ received: 9 }, '10 receipts were expected, but 9 came and 2 are missing'],
  [{ expected: Number.NaN }, 'expected: NaN is not a number of receipts'],
  [{ missing: -2, received: 12 }, 'missing: -2 is not a number of receipts'],
  [{ duplicates: 0.5 }, 'duplicates: 0.5 is not a number of receipts'],
])('with %j, deliveries are unknown', (change, reason) => {
  expect(checkedDeliveries({ ...counted, ...change })).toEqual({ kind: 'unknown', reason })
})
