import { expect, test } from 'vitest'
import { DeliveryTally } from './delivery-tally.ts'
import { withUnsent } from './unsent-messages.ts'
import type { Deliveries } from '../result.ts'

/** Two messages to three recipients each, of which one receipt is missing. */
function deliveries(): Deliveries {
  const tally = new DeliveryTally()
  for (const number of [0, 1]) {
    for (let recipient = number; recipient < 3; recipient++) tally.receive(number, 0, recipient, 1)
    tally.expect({ number, intendedAtMs: 0, startedAtMs: 0, recipients: 3 })
  }
  return { ...tally.deliveries(10), receivers: null }
}

test('recipients of messages that were never sent are expected and missing', () => {
  expect(withUnsent(deliveries(), { count: 4, byGenerator: 1 })).toMatchObject({
    expected: 6 + 12,
    received: 5,
    missing: 1 + 12,
    incomplete: 1 + 4,
    missingByPause: 3,
  })
})

test('where everything was sent, or nothing is known, nothing changes', () => {
  const all = deliveries()
  expect(withUnsent(all, { count: 0, byGenerator: 0 })).toBe(all)
  const unknown = { kind: 'unknown', reason: 'lost' } as const
  expect(withUnsent(unknown, { count: 3, byGenerator: 0 })).toBe(unknown)
  expect(withUnsent(null, { count: 3, byGenerator: 0 })).toBeNull()
})
