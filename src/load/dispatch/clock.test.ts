import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Worker } from 'node:worker_threads'
import * as fc from 'fast-check'
import { beforeEach, afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { burst } from '../arrivals/burst.ts'
import { constant } from '../arrivals/constant.ts'
import { poisson } from '../arrivals/poisson.ts'
import { nowMs } from '../clock.ts'
import { generateLoad } from '../generator.ts'
import { type LoadPlan } from '../load-plan.ts'
import { InputError } from '../../input-error.ts'
import { countsOfAll } from '../totals.ts'
import { openClock } from './clock.ts'
import { openDispatch } from './technique.ts'

let threads: Worker[] = []
const note = (thread: Worker): void => void threads.push(thread)
beforeEach(() => {
  threads = []
  process.on('worker', note)
})
afterEach(() => void process.off('worker', note))

const LOAD: LoadPlan = {
  arrivals: constant(200),
  durationMs: 100,
  dispatch: 'clock',
  operations: { nothing: async () => {} },
}

/** Threads of this test that run still. Node gives an ended one the id −1. */
const running = (): number => threads.filter(({ threadId }) => threadId !== -1).length

describe('the clock thread', () => {
  test('ends with the load', async () => {
    await generateLoad(LOAD)
    expect(threads).toHaveLength(1)
    expect(running()).toBe(0)
  })

  test('ends with an interrupted load', async () => {
    const signal = AbortSignal.timeout(50)
    const { isInterrupted } = await generateLoad({ ...LOAD, durationMs: 60_000, signal })
    expect(isInterrupted).toBe(true)
    expect(running()).toBe(0)
  })

  test('ends with a load that its SLO aborts', async () => {
    const { abortReason } = await generateLoad({
      ...LOAD,
      durationMs: 60_000,
      operations: { fails: () => Promise.reject(new Error('no')) },
      slo: { successRate: 0.99, every: '100ms', abortOnFail: { after: '100ms' } },
    })
    expect(abortReason).not.toBeNull()
    expect(running()).toBe(0)
  })

  test('ends with a load that starts too late', async () => {
    await expect(generateLoad({ ...LOAD, startAtMs: Date.now() })).rejects.toThrow(InputError)
    expect(threads).toHaveLength(1)
    expect(running()).toBe(0)
  })

  test('falls back to timers if it dies during a load', async () => {
    const dies = (thread: Worker): void =>
      void thread.once('message', () => setTimeout(() => void thread.terminate(), 150))
    process.once('worker', dies)
    const result = await generateLoad({ ...LOAD, durationMs: 500 })
    expect(countsOfAll(result)).toMatchObject({ planned: 100, started: 100 })
    expect(running()).toBe(0)
  })

  test('counts as unavailable if it dies before it is ready', async () => {
    const dies = (thread: Worker): void => void thread.terminate()
    process.once('worker', dies)
    await expect(openDispatch('clock')).rejects.toThrow(/no thread .* ended before it was ready/)
    process.once('worker', dies)
    const { technique, wait } = await openDispatch('auto')
    await wait.close()
    expect(technique).toBe('timer')
  })
})

test('a load falls back to timers if the thread ends before it is ready', async () => {
  process.once('worker', (thread) => void thread.terminate())
  const { technique, wait } = await openDispatch('auto')
  await wait.close()
  expect(technique).toBe('timer')
})

test('uses the clock by default', async () => {
  const { technique, wait } = await openDispatch('auto')
  await wait.close()
  expect(technique).toBe('clock')
})

describe('a system without threads', () => {
  const module = new URL('technique.ts', import.meta.url).href
  const openIn = async (option: string): Promise<string> => {
    const code = `
      const { openDispatch } = await import(${JSON.stringify(module)})
      const opened = await openDispatch('${option}').catch(({ message }) => ({ technique: message }))
      process.stdout.write(opened.technique)`
    const args = ['--permission', '--allow-fs-read=*', '--input-type=module', '--eval', code]
    return (await promisify(execFile)(process.execPath, args)).stdout
  }

  test('uses timers by default', async () => {
    expect(await openIn('auto')).toBe('timer')
  })

  test('rejects an explicit clock and says what to do', async () => {
    expect(await openIn('clock')).toMatch(/"clock" can't be used here.*Use auto, timer, hybrid/)
  })
})

describe('the clock starts every request once, and none before it is due', () => {
  const arrivals = fc.oneof(
    fc.integer({ min: 1, max: 20_000 }).map((rate) => constant(rate)),
    fc
      .tuple(fc.integer({ min: 10, max: 5_000 }), fc.nat(100))
      .map(([rate, seed]) => poisson(rate, { seed })),
    fc
      .record({
        base: fc.integer({ min: 1, max: 100 }),
        rate: fc.integer({ min: 100, max: 5_000 }),
      })
      .map((rates) => burst({ ...rates, every: '100ms', for: '20ms' })),
  )

  test('for any arrivals', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async (pattern) => {
        const started = new Map<number, boolean>()
        const result = await generateLoad({
          ...LOAD,
          arrivals: pattern,
          durationMs: 150,
          warmUpMs: 30,
          operations: {
            note: async ({ number, startedAtMs, intendedAtMs }) =>
              void started.set(number, startedAtMs >= intendedAtMs),
          },
        })
        const { planned, started: measured } = countsOfAll(result)
        expect(measured).toBe(planned)
        expect(started.size).toBeGreaterThanOrEqual(planned)
        expect([...started.values()].every(Boolean)).toBe(true)
      }),
      { numRuns: 20 },
    )
  })
})

test('waits for times in any order', async () => {
  const clock = await openClock()
  onTestFinished(() => clock.close())
  for (const inMs of [5, 1, 3, 0, -1, 8, 2]) {
    const untilMs = nowMs() + inMs
    // The announced next request doesn't come.
    await clock.until(untilMs, (i) => untilMs + i * 0.5)
    while (nowMs() < untilMs) await clock.until(untilMs)
  }
})

test('wakes up the waiting event loop when the clock closes', async () => {
  const clock = await openClock()
  const waiting = clock.until(nowMs() + 60_000)
  await clock.close()
  await waiting
})
