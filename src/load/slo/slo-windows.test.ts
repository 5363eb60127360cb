import fc from 'fast-check'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { constant } from '../arrivals/constant.ts'
import { generateLoad } from '../generator.ts'
import { type LoadPlan } from '../load-plan.ts'
import { newTimeHistogram, percentileMs } from '../recording/histogram.ts'
import { judgeSlo } from './judge-slo.ts'
import type { LoadResult } from '../result.ts'
import type { SloRow } from './slo-row.ts'
import { SloWindows } from './slo-windows.ts'
import { readSlo, type Slos } from './slo.ts'

interface Request {
  readonly operation: string
  readonly intendedAtMs: number
  readonly startedAtMs: number
  readonly endedAtMs: number
}

const START_MS = 1_000
const DURATION_MS = 2_300
const EVERY_MS = 500
/** 0 – 500 – 1,000 – 1,500 – 2,300: the last window takes the remainder. */
const WINDOWS = 4

/** Times that a histogram of µs holds as they are: halves of one could be rounded either way. */
const wholeMicroseconds = (maxMs: number): fc.Arbitrary<number> =>
  fc.nat(Math.round(maxMs * 1_000)).map((us) => us / 1_000)

const requests: fc.Arbitrary<readonly Request[]> = fc
  .array(
    fc.record({
      operation: fc.constantFrom('read', 'write'),
      dueMs: wholeMicroseconds(DURATION_MS - 0.001),
      latenessMs: wholeMicroseconds(30),
      serviceMs: wholeMicroseconds(1_200),
    }),
    { maxLength: 60 },
  )
  .map((drawn) => {
    // A generator starts requests in the order of the schedule, the late ones together.
    let startedAtMs = START_MS
    return drawn
      .toSorted((a, b) => a.dueMs - b.dueMs)
      .map(({ operation, dueMs, latenessMs, serviceMs }) => {
        const intendedAtMs = START_MS + dueMs
        startedAtMs = Math.max(startedAtMs, intendedAtMs + latenessMs)
        return { operation, intendedAtMs, startedAtMs, endedAtMs: startedAtMs + serviceMs }
      })
  })

/** Tells the windows of requests in the order in which things happen. */
function watch(slo: Slos, all: readonly Request[]): readonly SloRow[] {
  const plan = { operations: ['read', 'write'], measureStartMs: START_MS, durationMs: DURATION_MS }
  const windows = new SloWindows(readSlo(slo), plan)
  const events = all.flatMap((request, order) => [
    {
      atMs: request.startedAtMs,
      order,
      tell: () => windows.due(request, request.startedAtMs, 'started'),
    },
    {
      atMs: request.endedAtMs,
      order: Infinity,
      tell: () => {
        const { intendedAtMs, startedAtMs, endedAtMs } = request
        const times = {
          responseMs: endedAtMs - intendedAtMs,
          serviceMs: endedAtMs - startedAtMs,
          pausedMs: 0,
        }
        windows.end(request, endedAtMs, 'ok', times, false)
      },
    },
  ])
  const inOrder = events.toSorted((a, b) => a.atMs - b.atMs || (a.order < b.order ? -1 : 1))
  for (const { atMs, tell } of inOrder) {
    tell()
    // Some are judged at once, some after a while, some with the next one.
    windows.judgeComplete(atMs, Math.floor(atMs) % 3 === 0)
  }
  return windows.finish(DURATION_MS)
}

const windowOf = (timeMs: number): number =>
  Math.min(Math.floor((timeMs - START_MS) / EVERY_MS), WINDOWS - 1)

describe('windows judged during a load', () => {
  test('have the exact percentiles of the requests due in them', () => {
    fc.assert(
      fc.property(requests, fc.constantFrom(null, 'read'), (all, operation) => {
        const bounds = { response: { p95: '1ms' } } as const
        const slo = operation === null ? bounds : { operations: { [operation]: bounds } }
        const [row] = watch({ ...slo, every: '500ms' }, all)
        const ofScope = all.filter((one) => operation === null || one.operation === operation)
        const percentiles = Array.from({ length: WINDOWS }, (_, index) => {
          const histogram = newTimeHistogram()
          for (const { intendedAtMs, endedAtMs } of ofScope) {
            if (windowOf(intendedAtMs) !== index) continue
            histogram.recordValue(Math.round((endedAtMs - intendedAtMs) * 1_000))
          }
          return percentileMs(histogram, 95)
        }).filter((value) => value !== null)
        expect(row?.measured).toBe(percentiles.length === 0 ? null : Math.max(...percentiles))
        expect(row?.windows?.judged).toBe(percentiles.length)
      }),
    )
  })

  test('count a success for the throughput of the window in which it ended', () => {
    fc.assert(
      fc.property(requests, (all) => {
        const [row] = watch({ throughput: { min: 1_000 }, every: '500ms' }, all)
        const rates = Array.from({ length: WINDOWS }, (_, index) => {
          const lengthMs = index === WINDOWS - 1 ? DURATION_MS - index * EVERY_MS : EVERY_MS
          const isIn = ({ endedAtMs }: Request): boolean =>
            windowOf(endedAtMs) === index && endedAtMs < START_MS + DURATION_MS
          return (all.filter(isIn).length * 1_000) / lengthMs
        })
        expect(row?.windows).toMatchObject({ judged: WINDOWS })
        expect(row?.measured).toBeCloseTo(Math.min(...rates))
      }),
    )
  })

  test('are skipped if nothing was due, so a pause of the load is not a miss', () => {
    const one = { operation: 'read', intendedAtMs: START_MS + 600 }
    const request = { ...one, startedAtMs: START_MS + 600, endedAtMs: START_MS + 605 }
    const [row] = watch({ response: { p99: '10ms' }, successRate: 0.9, every: '500ms' }, [request])
    expect(row).toMatchObject({ outcome: 'met', windows: { judged: 1, worstFromMs: 500 } })
  })
})

const load = (plan: Partial<LoadPlan>): Promise<LoadResult> =>
  generateLoad({
    arrivals: constant(100),
    durationMs: 1_000,
    operations: { answer: () => Promise.resolve() },
    ...plan,
  })

describe('a load with windowed bounds', () => {
  test('misses them by one bad window that the figures of the whole run hide', async () => {
    const whole: Slos = { response: { p50: '200ms' } }
    const windowed: Slos = { ...whole, every: '200ms' }
    const slow = ({ number }: { number: number }): Promise<unknown> =>
      number >= 40 && number < 60 ? sleep(2_000) : Promise.resolve()
    const result = await load({ operations: { slow }, slo: windowed })
    const [row] = judgeSlo(result, readSlo(windowed))
    expect(row).toMatchObject({ outcome: 'missed', windows: { judged: 5, worstFromMs: 400 } })
    expect(result).toMatchObject({ abortReason: null, measuredMs: 1_000 })
    expect(judgeSlo(result, readSlo(whole))).toMatchObject([{ outcome: 'met' }])
  })

  test('is aborted by the first window that misses a bound, and names it', async () => {
    const result = await load({
      durationMs: 60_000,
      timeoutMs: 300,
      operations: {
        fine: () => Promise.resolve(),
        hang: ({ number }) => (number < 40 ? Promise.resolve() : new Promise(() => {})),
      },
      slo: {
        operations: { hang: { successRate: 0.9 } },
        every: '100ms',
        abortOnFail: { after: '0s' },
      },
    })
    expect(result.isInterrupted).toBe(false)
    expect(result.abortReason).toMatch(/^success rate of hang was .* s; the bound is > 90 %$/)
    expect(result.measuredMs).toBeLessThan(60_000)
    expect(result.windowedSlo).toMatchObject([{ operation: 'hang', outcome: 'missed' }])
  })

  test('is not aborted before the requested time', async () => {
    const slo: Slos = { successRate: 0.9, every: '100ms', abortOnFail: { after: '700ms' } }
    const result = await load({
      durationMs: 60_000,
      operations: { refuse: () => Promise.reject(new Error('refused')) },
      slo,
    })
    expect(result.abortReason).not.toBeNull()
    expect(result.measuredMs).toBeGreaterThanOrEqual(700)
    expect(result.measuredMs).toBeLessThan(60_000)
  })

  test('does not blame the system for its own blocked event loop', async () => {
    const slo: Slos = { throughput: { min: 50 }, response: { p95: '100ms' }, every: '200ms' }
    const block = async ({ number }: { number: number }): Promise<void> => {
      const untilMs = performance.now() + (number === 30 ? 450 : 0)
      while (performance.now() < untilMs);
    }
    const { windowedSlo } = await load({ operations: { block }, slo })
    const outcomes = Object.fromEntries(windowedSlo.map(({ metric, outcome }) => [metric, outcome]))
    expect(outcomes).toEqual({ 'response P95': 'inconclusive', throughput: 'inconclusive' })
  })

  test('is not aborted by windows in which its event loop was blocked', async () => {
    const slo: Slos = { throughput: { min: 2_500 }, every: '200ms', abortOnFail: { after: '0s' } }
    let isHeldUp = false
    const block = async ({ intendedAtMs }: { intendedAtMs: number }): Promise<void> => {
      startMs ??= intendedAtMs
      const isTime = !isHeldUp && intendedAtMs - startMs > 300
      const untilMs = performance.now() + (isTime ? 450 : 0)
      isHeldUp ||= isTime
      while (performance.now() < untilMs);
      await sleep(20)
    }
    let startMs: number | undefined
    const plan = { arrivals: constant(5_000), durationMs: 1_000, operations: { block }, slo }
    const { abortReason, windowedSlo } = await generateLoad(plan)
    expect(abortReason).toBeNull()
    expect(windowedSlo).toMatchObject([{ outcome: 'inconclusive' }])
  })

  test('does not blame the system if its event loop was blocked beyond the end', async () => {
    const slo: Slos = { throughput: { min: 75 }, every: '500ms' }
    const block = async ({ number }: { number: number }): Promise<void> => {
      const untilMs = performance.now() + (number === 70 ? 600 : 0)
      while (performance.now() < untilMs);
    }
    const { windowedSlo } = await load({ operations: { block }, slo })
    expect(windowedSlo).toMatchObject([{ outcome: 'inconclusive' }])
  })

  test('is one window if it is shorter than a window', async () => {
    const slo: Slos = { successRate: 0.5, every: '5s' }
    const { windowedSlo } = await load({ durationMs: 100, slo })
    expect(windowedSlo).toMatchObject([{ outcome: 'met', windows: { judged: 1 } }])
  })

  test("rejects bounds that it can't judge before the first request", async () => {
    let sent = 0
    const operations = { count: async () => void sent++ }
    const slo: Slos = { operations: { nosuch: { successRate: 0.5 } } }
    await expect(load({ operations, slo })).rejects.toThrow(/"nosuch".*: count\./)
    await expect(load({ operations, slo: { successRate: 99 } })).rejects.toThrow(/successRate/)
    const dropped = { invalid: 2 }
    await expect(load({ operations, verdict: { dropped } })).rejects.toThrow(/dropped\.invalid/)
    expect(sent).toBe(0)
  })
})

test('rejects windowed bounds that the load was not given, and says what to do', async () => {
  const result = await load({ durationMs: 50 })
  expect(() => judgeSlo(result, readSlo({ successRate: 0.9, every: '1s' }))).toThrow(
    /Pass this SLO to the load/,
  )
})

describe('a system that stops answering', () => {
  /** Answers the first 50 requests, and then never again; longer than the load, nothing times out. */
  const silent = {
    operations: {
      silent: ({ number }: { number: number }): Promise<unknown> =>
        number < 50 ? Promise.resolve() : new Promise(() => {}),
    },
    timeoutMs: 600_000,
    gracePeriodMs: 50,
  }

  test('misses the bounds of every window with requests', async () => {
    const slo: Slos = { response: { p99: '300ms' }, successRate: 0.9, every: '250ms' }
    const { windowedSlo } = await load({ ...silent, durationMs: 2_000, slo })
    const row = (metric: string) => windowedSlo.find((one) => one.metric === metric)
    expect(row('response P99')).toMatchObject({ outcome: 'missed', windows: { judged: 8 } })
    expect(row('success rate')).toMatchObject({
      outcome: 'missed',
      windows: { judged: 8, missed: 6 },
    })
  })

  test('makes a load with abortOnFail end although no request ends', async () => {
    const slo: Slos = {
      response: { p99: '300ms' },
      every: '200ms',
      abortOnFail: { after: '0s' },
    }
    const result = await load({ ...silent, durationMs: 60_000, slo })
    expect(result.abortReason).toMatch(/^response P99 of silent was .* the bound is < 300 ms$/)
    expect(result.measuredMs).toBeLessThan(60_000)
    expect(result.windowedSlo).toMatchObject([{ outcome: 'missed' }])
  })

  test('makes a load end by its throughput bound although no request ends', async () => {
    const slo: Slos = { throughput: { min: 50 }, every: '200ms', abortOnFail: { after: '0s' } }
    const result = await load({ ...silent, durationMs: 60_000, slo })
    expect(result.abortReason).toMatch(/^throughput of silent was 0\/s .* the bound is >= 50\/s$/)
    expect(result.measuredMs).toBeLessThan(60_000)
  })

  test('has no response times if it refuses everything, and misses bounds on them', async () => {
    const slo: Slos = { response: { p99: '1s' }, every: '250ms' }
    const operations = { refuse: () => Promise.reject(new Error('refused')) }
    const { windowedSlo } = await load({ operations, slo })
    expect(windowedSlo).toMatchObject([
      { outcome: 'missed', measured: null, windows: { judged: 4, missed: 4 } },
    ])
  })
})
