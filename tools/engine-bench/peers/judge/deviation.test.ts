import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ArrivalTimes } from './arrival-times.ts'
import { judgeArrivals } from './deviation.ts'
import { dueIn, totalMs, type JudgedLoad } from './judged-load.ts'

const LOAD: JudgedLoad = {
  ratePerSecond: 100,
  warmUpMs: 1_000,
  steadyMs: 2_000,
  stallMs: 1_000,
  recoveryMs: 1_000,
}
const TOTAL = 500

/** Arrivals that are late by the given ms, on a clock that began earlier. */
function arrivals(latenessMs: (k: number) => number, count = TOTAL): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => 70_000 + k * 10 + latenessMs(k)).sort()
}

test('arrivals on schedule have no deviation and are complete', () => {
  const judgement = judgeArrivals(
    arrivals(() => 0),
    LOAD,
  )
  const none = { p50Ms: 0, p99Ms: 0, maxMs: 0 }
  expect(judgement).toEqual({
    steady: none,
    firstSecond: none,
    due: TOTAL,
    arrived: TOTAL,
    arrivedInStall: 1,
  })
})

test('ignores a constant delay, wherever the schedule begins', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000 }), (delayMs) => {
      // The very first request, which the judge's clock begins with, is as late as it likes to be.
      const { steady } = judgeArrivals(
        arrivals((k) => (k === 0 ? 5 : delayMs)),
        LOAD,
      )
      expect(steady?.maxMs).toBeCloseTo(0, 6)
    }),
  )
})

test('finds known deviations: every second request 3 ms late, one of them 8 ms', () => {
  const late = (k: number): number => (k === 151 ? 8 : k % 2 === 0 ? 0 : 3)
  const { steady } = judgeArrivals(arrivals(late), LOAD)
  expect(steady?.p50Ms).toBeCloseTo(0, 6)
  expect(steady?.p99Ms).toBeCloseTo(3, 6)
  expect(steady?.maxMs).toBeCloseTo(8, 6)
})

test('one request in a hundred may be early without moving the schedule', () => {
  const early = (k: number): number => (k === 200 ? -4 : 0)
  expect(judgeArrivals(arrivals(early), LOAD).steady?.maxMs).toBeCloseTo(0, 6)
})

test('the first second is judged by the schedule of the steady part', () => {
  const cold = (k: number): number => (k < 60 ? 9 : 0)
  const { steady, firstSecond } = judgeArrivals(arrivals(cold), LOAD)
  expect(steady?.maxMs).toBeCloseTo(0, 6)
  expect(firstSecond?.p50Ms).toBeCloseTo(9, 6)
  expect(firstSecond?.maxMs).toBeCloseTo(9, 6)
})

test('a generator that waits for answers sends nothing during the stall and falls short of requests', () => {
  const omitted = arrivals(() => 0).filter((_, k) => k < 310 || k >= 400)
  const judgement = judgeArrivals(omitted, LOAD)
  expect(judgement.arrivedInStall).toBeCloseTo(0.1, 6)
  expect(judgement.due - judgement.arrived).toBe(90)
})

test('a generator that sent nothing, or stopped during the warm-up, has no deviation', () => {
  expect(judgeArrivals(new Float64Array(), LOAD)).toMatchObject({ steady: null, arrived: 0 })
  expect(
    judgeArrivals(
      arrivals(() => 0, 50),
      LOAD,
    ).steady,
  ).toBeNull()
})

test('keeps arrivals in order, even beyond the expected number', () => {
  const times = new ArrivalTimes(2)
  for (let k = 0; k < 9; k++) times.add(k)
  expect([...times.toArray()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
})

test('the requests due in the parts of a load add up to its total', () => {
  const rates = fc.integer({ min: 1, max: 20_000 })
  fc.assert(
    fc.property(rates, fc.nat(5_000), (ratePerSecond, cutMs) => {
      const load = { ...LOAD, ratePerSecond }
      const all = dueIn(load, 0, totalMs(load))
      expect(dueIn(load, 0, cutMs) + dueIn(load, cutMs, totalMs(load))).toBe(all)
      expect(all).toBe(5 * ratePerSecond)
    }),
  )
})
