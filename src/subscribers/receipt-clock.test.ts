import { expect, test } from 'vitest'
import { ReceiptClock } from './receipt-clock.ts'

/** A receipt clock by a clock that goes on by 1 ms per reading. */
function countingClock() {
  let readings = 0
  return new ReceiptClock(() => ++readings)
}

const times = (clock: ReceiptClock, count: number) =>
  Array.from({ length: count }, () => clock.now())

test('receipts in a row share a reading, 16 at most', () => {
  expect(times(countingClock(), 40)).toEqual([
    ...Array<number>(16).fill(1),
    ...Array<number>(16).fill(2),
    ...Array<number>(8).fill(3),
  ])
})

test('those of another message have one of their own', () => {
  const clock = countingClock()
  expect(times(clock, 3)).toEqual([1, 1, 1])
  clock.nextMessage()
  expect(times(clock, 3)).toEqual([2, 2, 2])
})

test('and so have those that come after anything else had its turn', async () => {
  const clock = countingClock()
  for (const reading of [1, 2, 3]) {
    expect(times(clock, 2)).toEqual([reading, reading])
    await Promise.resolve()
  }
})
