import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { constant } from '../arrivals/constant.ts'
import { generateLoad } from '../generator.ts'
import { onlyOperation } from '../testing/result-fixture.ts'

const short = { arrivals: constant(400), durationMs: 100, warmUpMs: 25, timeoutMs: 30 } as const
const WARM_UP = 10
const MEASURED = 40

describe('tags', () => {
  test('split every started request by value, however it ends', async () => {
    const script = fc.record({
      tag: fc.constantFrom('eu', 'us', 'mars', null),
      ending: fc.constantFrom('ok', 'throw', 'reject', 'never'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(script, { minLength: 1, maxLength: 8 }), async (steps) => {
        const result = await generateLoad({
          ...short,
          gracePeriodMs: 40,
          tags: { region: ['eu', 'us'] },
          operations: {
            step: ({ number, tag }) => {
              const step = steps[number % steps.length]
              // Values that only the types forbid.
              if (step?.tag !== null) tag('region', step?.tag as 'eu')
              if (step?.ending === 'throw') throw new Error('at once')
              if (step?.ending === 'reject') return Promise.reject(new Error('later'))
              return step?.ending === 'never' ? new Promise(() => {}) : Promise.resolve()
            },
          },
        })
        const { counts, tags, response, service, undisturbed } = onlyOperation(result)
        expect(tags.map(({ value }) => value)).toEqual(['eu', 'us', null])
        for (const ending of ['ok', 'failed', 'timedOut', 'unfinished'] as const) {
          expect(tags.reduce((sum, split) => sum + split.counts[ending], 0)).toBe(counts[ending])
        }
        for (const [name, whole] of Object.entries({ response, service, undisturbed })) {
          const parts = tags.map((split) => split[name as 'response'].totalCount)
          expect(parts.reduce((a, b) => a + b)).toBe(whole.totalCount)
        }
        const isMars = (k: number) => steps[k % steps.length]?.tag === 'mars'
        const fromMars = Array.from({ length: MEASURED }, (_, k) => k + WARM_UP).filter(isMars)
        expect(result.undeclaredTags).toEqual({
          count: fromMars.length,
          sample: fromMars.length === 0 ? '' : 'region=mars',
        })
      }),
      { numRuns: 8 },
    )
  })

  test('count with the last value set before the request ends', async () => {
    const result = await generateLoad({
      ...short,
      tags: { cache: ['hit', 'miss'] },
      operations: {
        late: async ({ tag }) => {
          tag('cache', 'miss')
          // Long after its time-out, however busy the machine.
          await sleep(500)
          tag('cache', 'hit')
        },
      },
    })
    const [hit, miss] = onlyOperation(result).tags
    expect(hit?.counts).toEqual({ ok: 0, failed: 0, timedOut: 0, unfinished: 0 })
    expect(miss?.counts.timedOut).toBe(MEASURED)
  })

  test('undeclared or invalid tags are counted and do not throw', async () => {
    const bad: unknown[] = [null, {}, Symbol('x'), 'x'.repeat(1_000), () => {}]
    const result = await generateLoad({
      ...short,
      operations: {
        bad: async ({ number, tag }) => {
          const set = tag as (name: unknown, value: unknown) => void
          for (const name of bad) set(name, bad[number % bad.length])
        },
      },
    })
    expect(onlyOperation(result).counts.ok).toBe(MEASURED)
    expect(result.undeclaredTags.count).toBe(MEASURED * bad.length)
    expect(result.undeclaredTags.sample.length).toBeLessThan(250)
  })
})

describe('checks', () => {
  test('are counted by name, apart from failures, and return the condition', async () => {
    const given: boolean[] = []
    const result = await generateLoad({
      ...short,
      operations: {
        check: async ({ number, check, isWarmUp }) => {
          const isEven = check('even', number % 2 === 0)
          if (!isWarmUp) given.push(isEven)
          check('never', false)
        },
      },
    })
    const { counts, checks } = onlyOperation(result)
    expect(counts).toMatchObject({ ok: MEASURED, failed: 0 })
    expect(checks).toEqual([
      { name: 'even', passed: MEASURED / 2, failed: MEASURED / 2 },
      { name: 'never', passed: 0, failed: MEASURED },
    ])
    expect(given.filter(Boolean)).toHaveLength(MEASURED / 2)
  })

  test('beyond 50 names are counted together, without loss', async () => {
    const result = await generateLoad({
      ...short,
      operations: {
        check: async ({ number, check }) => {
          for (let k = 0; k < 3; k++) check(`check ${number * 3 + k}`, k > 0)
        },
      },
    })
    const { checks } = onlyOperation(result)
    expect(checks).toHaveLength(51)
    expect(checks.at(-1)?.name).toBe('OTHER')
    expect(checks.reduce((sum, { passed }) => sum + passed, 0)).toBe(2 * MEASURED)
    expect(checks.reduce((sum, { failed }) => sum + failed, 0)).toBe(MEASURED)
  })

  test('pass only if the condition is true, and a promise does not pass', async () => {
    const result = await generateLoad({
      ...short,
      operations: {
        check: async (request) => {
          const check = request.check as (name: unknown, condition: unknown) => unknown
          check('a promise', Promise.resolve(true))
          check({ not: 'a name' }, 1)
        },
      },
    })
    expect(onlyOperation(result).checks).toEqual([
      { name: 'a promise', passed: 0, failed: MEASURED },
      { name: "{ not: 'a name' }", passed: 0, failed: MEASURED },
    ])
  })
})
