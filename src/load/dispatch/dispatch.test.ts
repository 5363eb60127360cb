import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { constant } from '../arrivals/constant.ts'
import { nowMs } from '../clock.ts'
import { generateLoad } from '../generator.ts'
import { InputError } from '../input-error.ts'
import { countsOfAll } from '../totals.ts'
import { dispatchSetting } from './dispatch-option.ts'
import { freeCores } from './free-cores.ts'
import { chooseTechnique, TECHNIQUES, WAIT } from './technique.ts'

describe.each(TECHNIQUES)('%s', (technique) => {
  test('starts every request, none before it is due, and the result says how', async () => {
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

  test('lets others have their turn, even when it is late', async () => {
    let hadTurn = false
    setImmediate(() => (hadTurn = true))
    await WAIT[technique](nowMs() - 1)
    expect(hadTurn).toBe(true)
  })

  test('notices an abort while nothing is due', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 30)
    const result = await generateLoad({
      arrivals: constant(0.01),
      durationMs: 300_000,
      dispatch: technique,
      signal: controller.signal,
      operations: { once: async () => {} },
    })
    expect(result.isInterrupted).toBe(true)
    expect(countsOfAll(result).started).toBe(1)
  })
})

describe('the technique', () => {
  test.each([
    [0, 'timer'],
    [1, 'timer'],
    [3.9, 'timer'],
    [4, 'hybrid'],
    [7.9, 'hybrid'],
    [8, 'spin'],
    [64, 'spin'],
  ] as const)('with %d free cores is %s', (cores, technique) => {
    expect(chooseTechnique(cores)).toBe(technique)
  })

  test('is chosen by free cores unless it is named', () => {
    expect(dispatchSetting({})).toBe('auto')
    expect(dispatchSetting({ BENCH_DISPATCH: '' })).toBe('auto')
    expect(dispatchSetting({ BENCH_DISPATCH: 'spin' })).toBe('spin')
  })

  test('must be one that there is', () => {
    const misspelt = () => dispatchSetting({ BENCH_DISPATCH: 'spinn' })
    expect(misspelt).toThrow(InputError)
    expect(misspelt).toThrow(/BENCH_DISPATCH: "spinn".*auto, spin, hybrid, timer/)
  })
})

describe('free cores', () => {
  const cpuTime = (idleMs: number, totalMs: number, cores: number) => ({ idleMs, totalMs, cores })

  test('are those that were idle, as far as this process may use them', () => {
    const idle6of8 = [cpuTime(1_000, 5_000, 8), cpuTime(1_600, 5_800, 8)] as const
    expect(freeCores(...idle6of8, 8)).toBe(6)
    expect(freeCores(...idle6of8, 2)).toBe(2)
  })

  test('are none where CPU time is not counted', () => {
    expect(freeCores(cpuTime(0, 0, 8), cpuTime(0, 0, 8), 8)).toBe(0)
  })

  test('are never fewer than none, nor more than the process may use', () => {
    const ms = fc.nat(10_000)
    fc.assert(
      fc.property(ms, ms, ms, ms, fc.integer({ min: 1, max: 256 }), (a, b, c, d, usable) => {
        const free = freeCores(cpuTime(a, b, 16), cpuTime(c, d, 16), usable)
        expect(free).toBeGreaterThanOrEqual(0)
        expect(free).toBeLessThanOrEqual(usable)
      }),
    )
  })
})
