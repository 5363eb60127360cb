import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ServerClock } from './server-clock.ts'

describe('A clock of Redis', () => {
  test('never counts as set back while it advances, however long replies and pauses take', () => {
    const gaps = fc.record({
      pauseMs: fc.integer({ min: 0, max: 10_000_000 }),
      requestMs: fc.integer({ min: 0, max: 5000 }),
      replyMs: fc.integer({ min: 0, max: 5000 }),
      stepAheadMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100_000 })),
    })
    fc.assert(
      fc.property(fc.array(gaps), fc.integer({ min: -500, max: 500 }), (readings, ppm) => {
        const clock = new ServerClock()
        let monotonicMs = 1000
        let serverMs = 1_700_000_000_000
        const pass = (ms: number) => {
          monotonicMs += ms
          serverMs += ms * (1 + ppm / 1e6)
        }
        for (const { pauseMs, requestMs, replyMs, stepAheadMs } of readings) {
          pass(pauseMs)
          serverMs += stepAheadMs
          const sentAtMs = monotonicMs
          pass(requestMs)
          const timeMs = Math.floor(serverMs)
          pass(replyMs)
          expect(clock.observe(timeMs, sentAtMs, monotonicMs)).toBe(0)
        }
      }),
    )
  })

  test('is recognised as set back even after it has caught up', () => {
    const clock = new ServerClock()
    clock.observe(1_000_000, 0, 1)
    expect(clock.observe(1_000_500, 2001, 2002)).toBe(1500)
    expect(clock.observe(1_001_500, 3002, 3003)).toBe(0)
  })

  test('is recognised as set back at once by an earlier time', () => {
    const clock = new ServerClock()
    clock.observe(1_000_000, 0, 1)
    expect(clock.observe(999_999, 1, 2)).toBeGreaterThan(0)
    expect(clock.timeMs).toBe(999_999)
  })
})
