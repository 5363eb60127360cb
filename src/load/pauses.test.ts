import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergePauses, OBSERVE_EVERY_MS, pausedWithin, PauseWatch, type Pause } from './pauses.ts'

/** A watch of a process that observes as it should but for these pauses, from 0 on. */
function watched(pauses: readonly number[]): { watch: PauseWatch; endMs: number } {
  const watch = new PauseWatch(0)
  let now = 0
  for (const pauseMs of pauses) {
    for (let turn = 0; turn < 5; turn++) watch.observe((now += OBSERVE_EVERY_MS))
    watch.observe((now += pauseMs))
  }
  watch.observe((now += OBSERVE_EVERY_MS))
  return { watch, endMs: now }
}

const pauseLists = fc.array(
  fc
    .tuple(fc.nat(10_000), fc.integer({ min: 1, max: 500 }))
    .map(([fromMs, forMs]): Pause => ({ fromMs, untilMs: fromMs + forMs })),
  { maxLength: 30 },
)

describe('a pause', () => {
  test('is a gap between observations longer than their interval explains', () => {
    const { watch } = watched([15, 400, 1_000])
    expect(watch.figures).toEqual({ count: 2, totalMs: 1_400, maxMs: 1_000 })
  })

  test('counts for requests in flight during it, and for no others', () => {
    const { watch, endMs } = watched([1_000])
    expect(watch.list).toEqual([{ fromMs: 50, untilMs: 1_050 }])
    expect(watch.within(0, endMs)).toBe(1_000)
    expect(watch.within(0, 300)).toBe(250)
    expect(watch.within(0, 50)).toBe(0)
    expect(watch.within(1_050, endMs)).toBe(0)
  })

  test('is remembered after a reset of the figures', () => {
    const { watch, endMs } = watched([1_000])
    watch.reset()
    expect(watch.figures).toEqual({ count: 0, totalMs: 0, maxMs: 0 })
    expect(watch.within(0, endMs)).toBe(1_000)
  })

  test('is forgotten eventually, so that memory is bounded', () => {
    const { watch } = watched(Array.from({ length: 25_000 }, () => 30))
    expect(watch.list.length).toBeLessThanOrEqual(10_000)
    expect(watch.figures.count).toBe(25_000)
  })
})

test('the paused part of a time span never exceeds the span or all pauses', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3_000)), fc.nat(20_000), fc.nat(20_000), (pauses, a, b) => {
      const { watch } = watched(pauses)
      const [fromMs, untilMs] = [Math.min(a, b), Math.max(a, b)]
      const pausedMs = watch.within(fromMs, untilMs)
      expect(pausedMs).toBeGreaterThanOrEqual(0)
      expect(pausedMs).toBeLessThanOrEqual(Math.min(untilMs - fromMs, watch.figures.totalMs))
      expect(pausedWithin(watch.list)(fromMs, untilMs)).toBeCloseTo(pausedMs)
    }),
  )
})

test('merged pauses cover exactly the moments that any process was paused', () => {
  fc.assert(
    fc.property(pauseLists, pauseLists, fc.nat(11_000), (one, other, momentMs) => {
      const merged = mergePauses([one, other])
      const covers = ({ fromMs, untilMs }: Pause): boolean =>
        fromMs <= momentMs && momentMs < untilMs
      expect(merged.some(covers)).toBe([...one, ...other].some(covers))
      for (const [index, pause] of merged.entries()) {
        expect(pause.fromMs).toBeGreaterThan(merged[index - 1]?.untilMs ?? -1)
      }
    }),
  )
})
