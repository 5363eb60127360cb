import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { constant } from './arrivals/constant.ts'
import { generateLoad } from './generator.ts'
import { percentileMs } from './recording/histogram.ts'
import { onlyOperation } from './testing/result-fixture.ts'
import { countsOfAll } from './totals.ts'
import type { LoadRequest } from './workload.ts'

describe('a pause of the generator', () => {
  /** Answers after 20 ms; while request 20 is made, the process does nothing for half a second. */
  const pausing = {
    answer: async ({ number }: LoadRequest): Promise<void> => {
      const answer = sleep(20)
      const untilMs = performance.now() + (number === 20 ? 500 : 0)
      while (performance.now() < untilMs);
      await answer
    },
  }

  test('causes no time-outs: answers that arrived during it are read first', async () => {
    const result = await generateLoad({
      arrivals: constant(100),
      durationMs: 1_000,
      timeoutMs: 400,
      operations: pausing,
    })
    expect(countsOfAll(result)).toMatchObject({ planned: 100, ok: 100, timedOut: 0 })
    expect(result.health.pauses.maxMs).toBeGreaterThanOrEqual(490)
  })

  test('counts in response and service times, but not in undisturbed times', async () => {
    const result = await generateLoad({
      arrivals: constant(100),
      durationMs: 1_000,
      operations: pausing,
    })
    const { response, service, undisturbed } = onlyOperation(result)
    expect(percentileMs(response, 100)).toBeGreaterThanOrEqual(490)
    expect(percentileMs(service, 100)).toBeGreaterThanOrEqual(490)
    const longest = percentileMs(service, 100) ?? 0
    expect(percentileMs(undisturbed, 100)).toBeLessThan(longest - 400)
  })

  test('does not shorten the grace period', async () => {
    const result = await generateLoad({
      arrivals: constant(10),
      durationMs: 300,
      gracePeriodMs: 200,
      operations: {
        answer: async ({ number }) => {
          const untilMs = performance.now() + (number === 2 ? 600 : 0)
          while (performance.now() < untilMs);
          await sleep(50)
        },
      },
    })
    expect(countsOfAll(result)).toMatchObject({ planned: 3, ok: 3, unfinished: 0 })
  })

  test('may excuse a failure, such as a client timer that expired during it', async () => {
    const result = await generateLoad({
      arrivals: constant(100),
      durationMs: 500,
      operations: {
        impatient: async ({ number }) => {
          const untilMs = performance.now() + (number === 20 ? 500 : 0)
          while (performance.now() < untilMs);
          if (number === 20) throw new Error('no answer in 400 ms')
        },
      },
    })
    expect(onlyOperation(result)).toMatchObject({ counts: { failed: 1 }, lostByPause: 1 })
  })
})
