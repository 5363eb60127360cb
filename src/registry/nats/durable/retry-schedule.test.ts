import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RetrySchedule } from './retry-schedule.ts'

describe('a retry schedule', () => {
  test('doubles the time until the next attempt, up to 30 s', () => {
    const schedule = new RetrySchedule()
    const delays = [1, 2, 3, 7, 8, 9, 1_000].map((attempts) => schedule.nextDelayMs(attempts, 1, 0))
    expect(delays).toEqual([250, 500, 1_000, 16_000, 30_000, 30_000, 30_000])
  })

  test('plans at most 500 messages per second and moves the rest to later seconds', () => {
    const schedule = new RetrySchedule()
    const seconds = new Map<number, number>()
    for (let n = 0; n < 2_000; n += 1) {
      const second = Math.floor(schedule.nextDelayMs(1, 1, 0) / 1_000)
      seconds.set(second, (seconds.get(second) ?? 0) + 1)
    }
    expect([...seconds]).toEqual([
      [0, 500],
      [1, 500],
      [2, 500],
      [3, 500],
    ])
  })

  test('plans fewer large messages per second', () => {
    const schedule = new RetrySchedule()
    const delays = Array.from({ length: 33 }, () => schedule.nextDelayMs(1, 1024 * 1024, 0))
    expect(delays.filter((delayMs) => delayMs < 1_000)).toHaveLength(16)
  })

  test('never shortens a delay, and lengthens none by more than ten minutes', () => {
    const attempt = fc.record({
      attempts: fc.integer({ min: 1, max: 2_000 }),
      bytes: fc.integer({ min: 0, max: 64_000_000 }),
      waitedMs: fc.integer({ min: 0, max: 500 }),
    })
    fc.assert(
      fc.property(fc.array(attempt, { maxLength: 200 }), (all) => {
        const schedule = new RetrySchedule()
        let now = 0
        for (const { attempts, bytes, waitedMs } of all) {
          now += waitedMs
          const delayMs = schedule.nextDelayMs(attempts, bytes, now)
          const plannedMs = Math.min(250 * 2 ** (attempts - 1), 30_000)
          expect(delayMs).toBeGreaterThanOrEqual(plannedMs)
          expect(delayMs).toBeLessThanOrEqual(plannedMs + 600_000)
        }
      }),
    )
  })
})
