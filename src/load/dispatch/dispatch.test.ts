import { describe, expect, onTestFinished, test } from 'vitest'
import { constant } from '../arrivals/constant.ts'
import { nowMs } from '../clock.ts'
import { generateLoad } from '../generator.ts'
import { InputError } from '../../input-error.ts'
import { countsOfAll } from '../totals.ts'
import { dispatchSetting, openWait, TECHNIQUES } from './technique.ts'

describe.each(TECHNIQUES)('%s', (technique) => {
  test('starts every request, none before it is due, and records the technique', async () => {
    const early: number[] = []
    const result = await generateLoad({
      arrivals: constant(2_000),
      durationMs: 200,
      warmUpMs: 50,
      dispatch: technique,
      operations: {
        note: async ({ number, startedAtMs, intendedAtMs }) => {
          if (startedAtMs < intendedAtMs) early.push(number)
        },
      },
    })
    expect(early).toEqual([])
    expect(countsOfAll(result)).toMatchObject({ planned: 400, started: 400, ok: 400 })
    expect(result.health.dispatch).toBe(technique)
  })

  test('lets other work have its turn, even when it is late', async () => {
    const wait = await openWait(technique)
    onTestFinished(() => wait.close())
    let hadTurn = false
    setImmediate(() => (hadTurn = true))
    await wait.until(nowMs() - 1)
    expect(hadTurn).toBe(true)
  })

  test('notices an abort while nothing is due', async () => {
    const controller = new AbortController()
    const result = await generateLoad({
      arrivals: constant(0.01),
      durationMs: 300_000,
      dispatch: technique,
      signal: controller.signal,
      operations: { once: async () => void setTimeout(() => controller.abort(), 30) },
    })
    expect(result.isInterrupted).toBe(true)
    expect(countsOfAll(result).started).toBe(1)
  })
})

describe('the dispatch option', () => {
  test('defaults to auto', () => {
    expect(dispatchSetting({})).toBe('auto')
    expect(dispatchSetting({ BENCH_DISPATCH: '' })).toBe('auto')
    expect(dispatchSetting({ BENCH_DISPATCH: 'spin' })).toBe('spin')
  })

  test('rejects an unknown technique', () => {
    const misspelt = () => dispatchSetting({ BENCH_DISPATCH: 'spinn' })
    expect(misspelt).toThrow(InputError)
    expect(misspelt).toThrow(/BENCH_DISPATCH: "spinn".*auto, timer, clock, hybrid, spin/)
  })
})
