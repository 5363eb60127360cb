import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DeliveryTally } from './delivery-tally.ts'
import { percentileMs } from './histogram.ts'

test('every expected receipt is received or missing, and every further arrival a duplicate, in any order', () => {
  const arrivals = fc.array(
    fc.record({ message: fc.nat(5), recipient: fc.nat(70), isLate: fc.boolean() }),
    { maxLength: 200 },
  )
  fc.assert(
    fc.property(arrivals, (all) => {
      const tally = new DeliveryTally()
      const distinct = new Set(all.map(({ message, recipient }) => `${message} ${recipient}`))
      const early = all.filter(({ isLate }) => !isLate)
      const late = all.filter(({ isLate }) => isLate)
      for (const { message, recipient } of early) tally.receive(message, 0, recipient, 1)
      for (let message = 0; message <= 5; message++) tally.expect(message, 0, 71)
      for (const { message, recipient } of late) tally.receive(message, 0, recipient, 2)

      const { expected, received, missing, duplicates, receipt } = tally.deliveries()
      expect(expected).toBe(6 * 71)
      expect(received).toBe(distinct.size)
      expect(missing).toBe(expected - received)
      expect(duplicates).toBe(all.length - distinct.size)
      expect(receipt.totalCount).toBe(distinct.size)
    }),
  )
})

test('completion is the last recipient’s receipt, and only of messages that nobody missed', () => {
  const tally = new DeliveryTally()
  tally.receive(0, 100, 0, 105)
  tally.receive(0, 100, 1, 130)
  tally.expect(0, 100, 2)
  tally.receive(1, 200, 0, 201)
  tally.expect(1, 200, 2)

  const { completion, missing } = tally.deliveries()
  expect(missing).toBe(1)
  expect(completion.totalCount).toBe(1)
  expect(percentileMs(completion, 50)).toBeCloseTo(30, 1)
})

test('messages to nobody complete nothing and miss nothing', () => {
  const tally = new DeliveryTally()
  tally.expect(0, 0, 0)
  expect(tally.deliveries()).toMatchObject({ expected: 0, received: 0, missing: 0 })
  expect(tally.deliveries().completion.totalCount).toBe(0)
})
