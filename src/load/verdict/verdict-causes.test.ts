import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { constant } from '../arrivals/constant.ts'
import { generateLoad } from '../generator.ts'
import { type LoadPlan } from '../load-plan.ts'
import { judgeSlo } from '../slo/judge-slo.ts'
import type { LoadResult } from '../result.ts'
import { readSlo } from '../slo/slo.ts'
import { judgeMeasurement, type Verdict } from './verdict.ts'

/** Every reason of a verdict, each provoked by its cause. */

function load(plan: Pick<LoadPlan, 'operations'> & Partial<LoadPlan>): Promise<LoadResult> {
  return generateLoad({ arrivals: constant(100), durationMs: 1_000, ...plan })
}

function figuresOf(verdict: Verdict): string[] {
  return verdict.kind === 'valid' ? [] : verdict.reasons.map(({ figure }) => figure)
}

/** Answers at once, but for one request that keeps the generator's thread busy. */
function blockedAt(blocking: number, forMs: number): LoadPlan['operations'] {
  return {
    block: async ({ number }) => {
      const untilMs = performance.now() + (number === blocking ? forMs : 0)
      while (performance.now() < untilMs);
    },
  }
}

describe('a blocked event loop', () => {
  test('shows in lateness and in the longest batch', async () => {
    const result = await load({ operations: blockedAt(30, 400) })
    const verdict = judgeMeasurement(result, readSlo({ response: { p95: '20ms' } }))
    expect(figuresOf(verdict)).toEqual(expect.arrayContaining(['lateness P99', 'longest batch']))
    expect(result.health.longestBatchMs).toBeGreaterThanOrEqual(350)
    expect(result.health.largestBatch).toBeGreaterThanOrEqual(36)
    expect(result.health.pauses.maxMs).toBeGreaterThanOrEqual(350)
  })

  test('makes a bound inconclusive if service times meet it, and leaves a met bound met', async () => {
    const result = await load({ operations: blockedAt(30, 400) })
    const bounds = readSlo({ response: { p95: '100ms', p50: '5m' } })
    expect(judgeSlo(result, bounds)).toMatchObject([
      { metric: 'response P95', outcome: 'inconclusive' },
      { metric: 'response P50', outcome: 'met' },
    ])
  })

  test('invalidates the measurement if it is at the end', async () => {
    const result = await load({ operations: blockedAt(60, 600) })
    const verdict = judgeMeasurement(result, [])
    expect(verdict.kind).toBe('invalid')
    expect(figuresOf(verdict)).toContain('achieved/planned')
  })
})

describe('a cap too small', () => {
  const tooSmall = {
    operations: { slow: () => sleep(200) },
    durationMs: 500,
    maxInFlight: 2,
  }

  test('invalidates the measurement, and names the dropped requests and the cap', async () => {
    const verdict = judgeMeasurement(await load(tooSmall), [])
    expect(verdict.kind).toBe('invalid')
    expect(figuresOf(verdict)).toContain('dropped')
    const reasons = verdict.kind === 'valid' ? [] : verdict.reasons
    const dropped = reasons.find(({ figure }) => figure === 'dropped')
    expect(dropped?.message).toMatch(/^\d+ of 50 requests .* because 2 were running/)
  })

  test("is valid if the load's own thresholds allow it", async () => {
    const wanted = { dropped: { degraded: 1, invalid: 1 }, achieved: { degraded: 0, invalid: 0 } }
    const result = await load({ ...tooSmall, verdict: wanted })
    expect(result.verdictThresholds).toMatchObject(wanted)
    const verdict = judgeMeasurement(result, [])
    expect(verdict.kind).not.toBe('invalid')
    expect(figuresOf(verdict)).not.toContain('dropped')
  })
})

test('a stalled target leaves unfinished requests', async () => {
  const verdict = judgeMeasurement(
    await load({
      operations: { stall: () => new Promise(() => {}) },
      durationMs: 100,
      timeoutMs: 60_000,
      gracePeriodMs: 50,
    }),
    [],
  )
  expect(figuresOf(verdict)).toContain('unfinished')
})

const cores = availableParallelism()
/** More would be too much to ask of a machine for the sake of one test. */
const MAX_CORES = 8
const HOG = 'const end = Date.now() + 20_000; while (Date.now() < end);'

test.skipIf(cores > MAX_CORES)(
  `a generator starved of CPU is recognised by its lateness (skipped above ${MAX_CORES} cores)`,
  async () => {
    const generator = fork(join(import.meta.dirname, '../testing/judged-generator.ts'))
    await once(generator, 'message')
    // Ends by itself, whatever becomes of this test.
    const hogs = Array.from({ length: 2 * cores }, () => spawn(process.execPath, ['-e', HOG]))
    try {
      await sleep(300)
      const answer = once(generator, 'message')
      generator.send('go')
      const [verdict] = (await answer) as [Verdict]
      expect(verdict.kind).not.toBe('valid')
      expect(figuresOf(verdict)).toContain('lateness P99')
    } finally {
      for (const child of [generator, ...hogs]) child.kill()
    }
  },
)
