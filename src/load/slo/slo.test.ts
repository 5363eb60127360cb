import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import { keyPaths, renamed, typoOf } from '../testing/typo.ts'
import { arbitrarySlo } from '../testing/arbitrary-slo.ts'
import { PERCENTILE_KEY, USUAL_PERCENTILES } from './percentile.ts'
import { readSlo, type Slo } from './slo.ts'

const refusal = (slo: unknown): unknown => {
  try {
    readSlo(slo as Slo)
    return 'it is read'
  } catch (error) {
    return error
  }
}

describe('an SLO', () => {
  test('yields at least one bound per object', () => {
    fc.assert(
      fc.property(arbitrarySlo, (slo) => {
        const parts = [...Object.keys(slo), ...Object.keys(slo.operations ?? {})]
        const settings = ['operations', 'every', 'abortOnFail']
        const least = parts.filter((part) => !settings.includes(part)).length
        expect(readSlo(slo).length).toBeGreaterThanOrEqual(least)
      }),
    )
  })

  test('is rejected with a mistyped key, and the right key is suggested', () => {
    fc.assert(
      fc.property(arbitrarySlo, fc.nat(), fc.infiniteStream(typoOf(KEYS)), (slo, at, typos) => {
        const paths = keyPaths(slo).filter((path) => KEYS.includes(path.at(-1) ?? ''))
        const path = paths[at % Math.max(paths.length, 1)]
        const key = path?.at(-1)
        fc.pre(path !== undefined)
        for (const { meant, typo } of typos) {
          if (meant !== key || PERCENTILE_KEY.test(typo)) continue
          const error = refusal(renamed(slo, path, typo))
          expect(error).toBeInstanceOf(InputError)
          expect(String(error)).toMatch(new RegExp(`"${typo}".* Did you mean .*"${meant}"`))
          break
        }
      }),
      { numRuns: 500 },
    )
  })

  test.each<[slo: unknown, message: RegExp]>([
    [undefined, /^SLO: undefined is not an object\. Write \{ … \} with response, completion/],
    [null, /^SLO: null is not an object/],
    ['p95<10ms', /^SLO: 'p95<10ms' is not an object/],
    [[[]], /^SLO: \[\] is not an object/],
    [{ respons: { p95: '10ms' } }, /there is no "respons"\. Did you mean "response"\? Valid are/],
    [{ successrate: 0.9 }, /Did you mean "successRate"\?/],
    [{ latency: { p95: '10ms' } }, /there is no "latency"\. Valid are response, completion/],
    [{ successRate: 0.9, respons: undefined }, /Did you mean "response"/],
    [{ response: '10ms' }, /^SLO: response: '10ms' is not an object\. .* p95/],
    [{ response: null }, /^SLO: response: null is not an object/],
    [{ response: {} }, /^SLO: response: no bound is given/],
    [{ response: { p95: undefined } }, /^SLO: response: no bound is given/],
    [{ response: { p95: 10 } }, /^SLO: response\.p95: 10 is not a duration\. Write .* 250ms/],
    [{ response: { p95: null } }, /^SLO: response\.p95: null is not a duration/],
    [{ response: { p9: '10ms' } }, /no "p9"\. Did you mean .*"p95"/],
    [{ response: { p45: '10ms' } }, /no "p45"\. .* from p50 to p99999/],
    [{ response: { p100: '10ms' } }, /no "p100"\. Did you mean "max"/],
    [{ response: { 'p99.9': '10ms' } }, /no "p99\.9"\. Did you mean .*"p999"/],
    [{ response: { p999999: '10ms' } }, /no "p999999"\. Did you mean "p99999?"/],
    [{ response: { p1e1: '10ms' } }, /no "p1e1"/],
    [{ successRate: '99%' }, /^SLO: successRate: '99%' must be a number from 0 to 1: 0\.99 for/],
    [{ successRate: null }, /^SLO: successRate: null must be a number/],
    [{ successRate: Number.NaN }, /^SLO: successRate: NaN must be a number/],
    [{ successRate: 99 }, /^SLO: successRate: 99 must be a number from 0 to 1/],
    [{ successRate: 1.0001 }, /must be a number from 0 to 1/],
    [{ throughput: 80 }, /^SLO: throughput: 80 is not an object\. Write \{ … \} with min, max/],
    [{ throughput: {} }, /^SLO: throughput: no bound is given\. .* \{ min: 80 \}/],
    [{ throughput: { mn: 5 } }, /Did you mean "min"/],
    [{ throughput: { min: '80' } }, /throughput\.min: '80' must be a number above 0/],
    [{ throughput: { min: 5, max: 4 } }, /min 5 is above max 4/],
    [{ delivery: 0.9 }, /^SLO: delivery: 0\.9 is not an object\. Write \{ … \} with rate/],
    [{ delivery: {} }, /^SLO: delivery\.rate: undefined must be a number/],
    [{ delivery: { ratio: 0.9 } }, /there is no "ratio"\. Did you mean "rate"/],
    [{ successRate: 0.9, operations: {} }, /^SLO: operations: no bound is given/],
    [{ successRate: 0.9, operations: { register: {} } }, /^SLO of register: no bound is given/],
    [{ operations: { register: null } }, /^SLO of register: null is not an object/],
    [{ operations: [] }, /^SLO: operations: \[\] is not an object/],
    [{ operations: { register: { every: '5s' } } }, /^SLO of register: there is no "every"/],
    [{ operations: { register: { respons: {} } } }, /^SLO of register: .* "response"/],
    [{ successRate: 0.9, every: 5 }, /^SLO: every: 5 is not a duration/],
    [{ successRate: 0.9, every: '5s', abortOnFail: true }, /abortOnFail: true is not an object/],
    [{ successRate: 0.9, every: '5s', abortOnFail: {} }, /abortOnFail\.after: undefined is not/],
    [{ successRate: 0.9, every: '5s', abortOnFail: { afte: '1s' } }, /Did you mean "after"/],
  ])('is rejected as %j, with what to write', (slo, message) => {
    const error = refusal(slo)
    expect(error).toBeInstanceOf(InputError)
    expect(error).toMatchObject({ message: expect.stringMatching(message) })
  })

  test('ignores undefined keys', () => {
    const slo = { successRate: 0.9, response: undefined, operations: undefined, every: undefined }
    expect(readSlo(slo as unknown as Slo)).toEqual(readSlo({ successRate: 0.9 }))
  })
})

/** The keys of an SLO, without names of operations, and the percentiles that typos resemble. */
const KEYS = [
  'response',
  'completion',
  'successRate',
  'throughput',
  'min',
  'max',
  'delivery',
  'rate',
  'operations',
  'every',
  'abortOnFail',
  'after',
  'checks',
  'tags',
  'metrics',
  'total',
  'perSecond',
  'last',
  'value',
  ...USUAL_PERCENTILES.filter((key) => key !== 'max'),
]

test.each([
  ['p50', 'P50', 50],
  ['p90', 'P90', 90],
  ['p975', 'P97.5', 97.5],
  ['p999', 'P99.9', 99.9],
  ['p9999', 'P99.99', 99.99],
  ['p99999', 'P99.999', 99.999],
  ['p990', 'P99', 99],
  ['max', 'max', 100],
])('%s is %s', (key, label, value) => {
  expect(readSlo({ response: { [key]: '10ms' as const } })).toMatchObject([
    { percentile: { label, value } },
  ])
})

test('every percentile can be stored in a run file, the lowest first', () => {
  fc.assert(
    fc.property(arbitrarySlo, (slo) => {
      const keys = readSlo(slo).flatMap((bound) =>
        bound.kind === 'time' ? [bound.percentile.key] : [],
      )
      for (const key of keys) expect(key).toMatch(PERCENTILE_KEY)
    }),
  )
  const [first, second] = readSlo({ response: { max: '1s', p75: '10ms' } })
  expect([first, second]).toMatchObject([
    { percentile: { key: 'p75' } },
    { percentile: { key: 'max' } },
  ])
})
