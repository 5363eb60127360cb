import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { constant } from '../arrivals/constant.ts'
import { generateLoad } from '../generator.ts'
import { type LoadPlan } from '../load-plan.ts'
import type { LoadResult } from '../result.ts'
import { countsOfAll } from '../totals.ts'
import { judgeMeasurement } from '../verdict/verdict.ts'
import type { RunOperation } from '../workload.ts'

/** A load of ten requests unless told otherwise. */
function load(run: RunOperation, plan: Partial<LoadPlan> = {}): Promise<LoadResult> {
  return generateLoad({ arrivals: constant(100), durationMs: 100, operations: { run }, ...plan })
}

/** Never answers; ends when aborted. */
const untilStopped: RunOperation = async ({ signal }) => {
  await once(signal, 'abort')
  throw signal.reason
}

const never: RunOperation = () => new Promise(() => {})

describe('the stop signal of a request', () => {
  test('fires at the time-out, and the request counts as timed out, not as failed', async () => {
    const reasons: unknown[] = []
    const note: RunOperation = (request) =>
      untilStopped(request).catch((reason: unknown) => {
        reasons.push(reason)
        throw reason
      })
    const result = await load(note, { timeoutMs: 50 })
    expect(countsOfAll(result)).toMatchObject({ timedOut: 10, failed: 0 })
    expect(reasons).toEqual(Array(10).fill(expect.objectContaining({ code: 'TIMED_OUT' })))
    expect(result.health.ranOn.atEnd).toBe(0)
  })

  test('fires when the grace period ends, before the load returns', async () => {
    const codes: unknown[] = []
    const slowToStop: RunOperation = async ({ signal }) => {
      await once(signal, 'abort')
      await sleep(20)
      codes.push(signal.reason.code)
    }
    const result = await load(slowToStop, { gracePeriodMs: 50 })
    expect(countsOfAll(result)).toMatchObject({ unfinished: 10 })
    expect(codes).toEqual(Array(10).fill('GRACE_PERIOD_ENDED'))
    expect(result.health.ranOn.atEnd).toBe(0)
  })

  test('fires when an interrupted load ends', async () => {
    const interruption = new AbortController()
    let code: unknown = null
    const interrupted: RunOperation = async ({ number, signal }) => {
      if (number === 0) interruption.abort()
      await once(signal, 'abort')
      code = signal.reason.code
    }
    const result = await load(interrupted, {
      signal: interruption.signal,
      timeoutMs: 600_000,
      gracePeriodMs: 600_000,
    })
    expect(result.isInterrupted).toBe(true)
    expect(code).toBe('GRACE_PERIOD_ENDED')
  })

  test('is followed by a count of the requests that ran on', async () => {
    const { health } = await load(never, { gracePeriodMs: 10 })
    expect(health.ranOn).toEqual({ most: 10, atEnd: 10 })
  })

  test('does not fire after the answer', async () => {
    const signals: AbortSignal[] = []
    const answered: RunOperation = async ({ signal }) => void signals.push(signal)
    await load(answered, { timeoutMs: 50, gracePeriodMs: 50 })
    await sleep(100)
    expect(signals.filter(({ aborted }) => aborted)).toEqual([])
  })

  test('fires although another request has a listener that throws', async () => {
    const throwing: RunOperation = (request) => {
      request.signal.addEventListener('abort', () => {
        throw new Error('the listener failed')
      })
      return untilStopped(request)
    }
    const result = await load(throwing, { timeoutMs: 50 })
    expect(countsOfAll(result)).toMatchObject({ timedOut: 10 })
    expect(result.health.ranOn.atEnd).toBe(0)
  })
})

describe('the limit on requests in flight', () => {
  const LIMITED = { durationMs: 500, timeoutMs: 50, maxInFlight: 5 }

  test('counts a request that timed out for as long as it runs', async () => {
    let running = 0
    let most = 0
    const ignoring: RunOperation = async () => {
      most = Math.max(most, ++running)
      await sleep(200)
      running--
    }
    const result = await load(ignoring, LIMITED)
    expect(most).toBe(5)
    expect(countsOfAll(result).dropped).toBeGreaterThan(0)
  })

  test('frees the place of a timed-out request as soon as it stops', async () => {
    const result = await load(untilStopped, { ...LIMITED, timeoutMs: 20, maxInFlight: 20 })
    expect(countsOfAll(result)).toMatchObject({ planned: 50, timedOut: 50, dropped: 0 })
  })

  test('stays used up by requests that never end, and the verdict says so', async () => {
    const result = await load(never, LIMITED)
    expect(countsOfAll(result)).toMatchObject({ planned: 50, timedOut: 5, dropped: 45 })
    expect(result.health.ranOn).toEqual({ most: 5, atEnd: 5 })
    const verdict = judgeMeasurement(result, [])
    expect(verdict.kind).toBe('invalid')
    expect(JSON.stringify(verdict)).toMatch(
      /45 of 50 .* because 5 were running, and up to 5 ran on after they had been given up, 5 of them to the end/,
    )
  })

  test('makes requests wait if allowed, and drops them at the end', async () => {
    const result = await load(never, { ...LIMITED, whenFull: 'wait', gracePeriodMs: 100 })
    expect(countsOfAll(result)).toMatchObject({ planned: 50, timedOut: 5, dropped: 45 })
  })

  test('shows running requests in the progress', async () => {
    const seen: number[] = []
    await load(never, {
      durationMs: 1_200,
      timeoutMs: 50,
      maxInFlight: 3,
      onProgress: ({ inFlight }) => seen.push(inFlight),
    })
    expect(seen.at(-1)).toBe(3)
  })
})

test('a rejection after a request was given up is neither counted nor unhandled', async () => {
  const failsLate: RunOperation = async () => {
    await sleep(150)
    throw new Error('too late')
  }
  const result = await load(failsLate, { timeoutMs: 50, gracePeriodMs: 100 })
  await sleep(100)
  expect(countsOfAll(result)).toMatchObject({ failed: 0, timedOut: 10 })
})
