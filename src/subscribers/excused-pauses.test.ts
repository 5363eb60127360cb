import { expect, test } from 'vitest'
import { figuresOf, withoutAsked } from './excused-pauses.ts'

const pause = (fromMs: number, untilMs: number) => ({ fromMs, untilMs })

test('a pause that was asked for is not one of the receivers', () => {
  const pauses = [pause(100, 150), pause(1_000, 3_005), pause(5_000, 5_030)]
  expect(withoutAsked(pauses, [pause(1_004, 3_000)])).toEqual([
    pause(100, 150),
    pause(5_000, 5_030),
  ])
})

test('what a pause outlasts the fault by remains', () => {
  expect(withoutAsked([pause(1_000, 4_000)], [pause(1_004, 3_000)])).toEqual([pause(3_000, 4_000)])
})

test('pauses before the measurement do not count', () => {
  const pauses = [pause(0, 900), pause(1_000, 1_050), pause(2_000, 2_030)]
  expect(figuresOf(pauses, 950)).toEqual({ count: 2, totalMs: 80, maxMs: 50 })
})
