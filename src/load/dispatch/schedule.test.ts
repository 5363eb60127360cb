import fc from 'fast-check'
import { expect, test } from 'vitest'
import { constant } from '../arrivals/constant.ts'
import { poisson } from '../arrivals/poisson.ts'
import { steps } from '../arrivals/steps.ts'
import { layOut, type Schedule } from './schedule.ts'

interface Planned {
  readonly number: number
  readonly dueAtMs: number
  readonly isWarmUp: boolean
}

function requestsOf(schedule: Schedule): readonly Planned[] {
  return Array.from({ length: schedule.total }, (_, k) => ({
    number: schedule.numberOf(k),
    dueAtMs: schedule.dueAtMs(k),
    isWarmUp: k < schedule.warmUpCount,
  }))
}

test('the warm-up is the beginning of the arrivals, and the measurement restarts them', () => {
  expect(requestsOf(layOut(constant(10), 5_000, 200, 300))).toEqual([
    { number: 0, dueAtMs: 5_000, isWarmUp: true },
    { number: 1, dueAtMs: 5_100, isWarmUp: true },
    { number: 2, dueAtMs: 5_200, isWarmUp: false },
    { number: 3, dueAtMs: 5_300, isWarmUp: false },
    { number: 4, dueAtMs: 5_400, isWarmUp: false },
  ])
})

test('lays out arrivals that end before the load does', () => {
  const schedule = layOut(steps([{ rate: 10, for: '1s' }]), 0, 2_000, 60_000)
  expect(schedule).toMatchObject({ warmUpCount: 10, total: 20, measureStartMs: 2_000 })
})

test('shards together have the same requests, numbers, times and warm-up as the whole load', () => {
  const kinds = fc.constantFrom(constant(700), poisson(700), steps([{ rate: 333, for: '300ms' }]))
  const times = fc.integer({ min: 0, max: 500 })
  fc.assert(
    fc.property(kinds, times, times, fc.integer({ min: 1, max: 7 }), (arrivals, warmUp, ms, of) => {
      const whole = requestsOf(layOut(arrivals, 1_000, warmUp, ms))
      const shards = Array.from({ length: of }, (_, index) =>
        requestsOf(layOut(arrivals, 1_000, warmUp, ms, { index, of })),
      )
      expect(whole.map(({ number }) => number)).toEqual(whole.map((_, k) => k))
      expect(shards.flat().sort((a, b) => a.number - b.number)).toEqual(whole)
      for (const [index, shard] of shards.entries()) {
        for (const { number } of shard) expect(number % of).toBe(index)
      }
    }),
  )
})
