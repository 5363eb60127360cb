import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DeliveryTally } from './delivery-tally.ts'
import { percentileMs } from './histogram.ts'

/** Announces a message that was sent on time. */
function announce(tally: DeliveryTally, number: number, sentAtMs: number, recipients: number) {
  tally.expect({ number, intendedAtMs: sentAtMs, startedAtMs: sentAtMs, recipients, isSent: true })
}

test('counts every expected receipt as received or missing, and other arrivals as duplicates, in any order', () => {
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
      for (let message = 0; message <= 5; message++) announce(tally, message, 0, 71)
      for (const { message, recipient } of late) tally.receive(message, 0, recipient, 2)

      const figures = tally.deliveries(10)
      expect(figures).toMatchObject(tally.soFar)
      expect(figures.expected).toBe(6 * 71)
      expect(figures.received).toBe(distinct.size)
      expect(figures.missing).toBe(figures.expected - figures.received)
      expect(figures.duplicates).toBe(all.length - distinct.size)
      // Each expected pair has a time, received or not; each message has one.
      expect(figures.receipt.totalCount).toBe(figures.expected)
      expect(figures.completion.totalCount).toBe(6)
    }),
  )
})

test('completion is the last recipient’s receipt, or the time waited if one is missing', () => {
  const tally = new DeliveryTally()
  tally.receive(0, 100, 0, 105)
  tally.receive(0, 100, 1, 130)
  announce(tally, 0, 100, 2)
  tally.receive(1, 200, 0, 201)
  announce(tally, 1, 200, 2)

  const { completion, receipt, missing, incomplete } = tally.deliveries(5_200)
  expect([missing, incomplete]).toEqual([1, 1])
  expect(completion.totalCount).toBe(2)
  expect(percentileMs(completion, 50)).toBeCloseTo(30, 1)
  expect(percentileMs(completion, 100)).toBeGreaterThanOrEqual(5_000)
  expect(percentileMs(receipt, 100)).toBeGreaterThanOrEqual(5_000)
})

test('losing messages never shortens completion or receipt times', () => {
  const received = fc.uniqueArray(fc.nat(19), { maxLength: 20 })
  fc.assert(
    fc.property(received, received, fc.constantFrom(50, 90, 95, 99), (kept, lost, percentile) => {
      const figuresWithout = (missing: ReadonlySet<number>) => {
        const tally = new DeliveryTally()
        for (let message = 0; message < 20; message++) {
          announce(tally, message, 0, 1)
          if (!missing.has(message)) tally.receive(message, 0, 0, 1 + message)
        }
        const { completion, receipt } = tally.deliveries(10_000)
        return [percentileMs(completion, percentile), percentileMs(receipt, percentile)]
      }
      const fewer = figuresWithout(new Set([...kept, ...lost]))
      const more = figuresWithout(new Set(kept))
      for (const [index, ms] of fewer.entries()) {
        expect(ms).toBeGreaterThanOrEqual(more[index] ?? Infinity)
      }
    }),
  )
})

test('messages without recipients have no completion and no missing receipts', () => {
  const tally = new DeliveryTally()
  announce(tally, 0, 0, 0)
  expect(tally.deliveries(1)).toMatchObject({ expected: 0, received: 0, missing: 0 })
  expect(tally.deliveries(1).completion.totalCount).toBe(0)
})

describe('disturbances of generator and receivers', () => {
  test('late starts and pauses are excluded from the undisturbed completion', () => {
    const tally = new DeliveryTally()
    tally.expect({ number: 0, intendedAtMs: 0, startedAtMs: 40, recipients: 1, isSent: true })
    tally.receive(0, 0, 0, 500)
    const generator = [{ fromMs: 50, untilMs: 150 }]
    const receivers = [{ fromMs: 100, untilMs: 450 }]
    const { completion, undisturbedCompletion } = tally.deliveries(600, generator, receivers)
    expect(percentileMs(completion, 50)).toBeCloseTo(500, 0)
    // Started 40 ms late; paused from 50 to 450.
    expect(percentileMs(undisturbedCompletion, 50)).toBeCloseTo(60, 0)
  })

  test('a missing receipt is excused by a long pause soon after the message only', () => {
    const missingByPause = (sentAtMs: number, pause: { fromMs: number; untilMs: number }) => {
      const tally = new DeliveryTally()
      announce(tally, 0, sentAtMs, 3)
      return tally.deliveries(60_000, [], [pause]).missingByPause
    }
    expect(missingByPause(5_000, { fromMs: 6_000, untilMs: 9_000 })).toBe(3)
    expect(missingByPause(10_000, { fromMs: 6_000, untilMs: 9_000 })).toBe(3)
    expect(missingByPause(5_000, { fromMs: 6_000, untilMs: 6_200 })).toBe(0)
    expect(missingByPause(20_000, { fromMs: 6_000, untilMs: 9_000 })).toBe(0)
    expect(missingByPause(5_000, { fromMs: 40_000, untilMs: 43_000 })).toBe(0)
  })
})
