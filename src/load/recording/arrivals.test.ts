import { expect, test } from 'vitest'
import { newTimeHistogram } from './histogram.ts'
import { Arrivals, receivedPerSecond } from './arrivals.ts'
import type { ArrivalCounts, Deliveries } from '../result.ts'

const START_MS = 5_000_000.4

function deliveries(arrivals?: ArrivalCounts): Deliveries {
  const none = newTimeHistogram()
  const counts = { expected: 0, received: 0, duplicates: 0, missing: 0, incomplete: 0 }
  const times = { receipt: none, completion: none, undisturbedCompletion: none }
  const of = { ...counts, ...times, missingByPause: 0, receivers: null }
  return { kind: 'counted', ...of, ...(arrivals === undefined ? {} : { arrivals }) }
}

function arrivalsAt(...ms: readonly number[]): ArrivalCounts {
  const arrivals = new Arrivals()
  for (const at of ms) arrivals.count(START_MS + at)
  return arrivals.counts
}

test('receipts belong to the second they arrived in, to within 10 ms', () => {
  const arrivals = arrivalsAt(3, 3, 500, 985, 1_015, 2_500, 2_500)
  expect(receivedPerSecond(deliveries(arrivals), START_MS, 3)).toEqual([4, 1, 2, 0])
})

test('receipts after the last second count in it, and none is lost', () => {
  const arrivals = arrivalsAt(100, 9_000, 60_000)
  expect(receivedPerSecond(deliveries(arrivals), START_MS, 1)).toEqual([1, 2])
})

test('without a receipt, every second has none', () => {
  expect(receivedPerSecond(deliveries(new Arrivals().counts), START_MS, 1)).toEqual([0, 0])
})

test.each<[string, Deliveries]>([
  ['whose receivers are lost', { kind: 'unknown', reason: 'gone' }],
  ['whose receivers are elsewhere', deliveries()],
  ['of nonsense', deliveries({ fromMs: 0, stepMs: 10, counts: [-1] })],
  ['of no time', deliveries({ fromMs: Number.NaN, stepMs: 10, counts: [1] })],
  ['of steps without a length', deliveries({ fromMs: 0, stepMs: 0, counts: [1] })],
])('deliveries %s have no receipts per second', (_, of) => {
  expect(receivedPerSecond(of, START_MS, 1)).toBeNull()
})
