import { describe, expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import { counter, gauge, trend } from '../metrics/declare-metrics.ts'
import { checkNoted } from './check-bounds.ts'
import { readSlo, type Slo } from './slo.ts'

const declared = {
  tags: [{ name: 'cache', values: ['hit', 'miss'] }],
  metrics: { bytes: counter('bytes'), depth: gauge(), ttfb: trend('ms') },
}

test('reads bounds on checks, tags and metrics in the order they are written', () => {
  const slo: Slo = {
    checks: { 'has a body': { min: 0.99 } },
    tags: { cache: { hit: { response: { p95: '5ms' }, successRate: 1 } } },
    metrics: { ttfb: { p999: 20 }, bytes: { perSecond: { min: 5, max: 9 } } },
    operations: { read: { checks: { 'is fresh': { min: 0.5 } } } },
  }
  expect(readSlo(slo)).toMatchObject([
    { kind: 'check rate', operation: null, check: 'has a body', atLeast: 0.99 },
    { kind: 'tag time', tag: 'cache', value: 'hit', belowMs: 5, percentile: { label: 'P95' } },
    { kind: 'tag success rate', tag: 'cache', value: 'hit', above: 1 },
    { kind: 'metric', metric: 'ttfb', figure: { label: 'P99.9' }, side: 'max', limit: 20 },
    { kind: 'metric', metric: 'bytes', figure: 'per second', side: 'min', limit: 5 },
    { kind: 'metric', metric: 'bytes', figure: 'per second', side: 'max', limit: 9 },
    { kind: 'check rate', operation: 'read', check: 'is fresh', atLeast: 0.5 },
  ])
})

describe('readSlo and checkNoted', () => {
  test.each<[slo: object, message: RegExp]>([
    [{ checks: {} }, /^SLO: checks: no bound is given. Give one, such as \{ 'has a body'/],
    [{ checks: { a: 0.9 } }, /^SLO: checks: "a": 0\.9 is not an object\. Write .* min/],
    [{ checks: { a: { mn: 0.9 } } }, /Did you mean "min"/],
    [{ checks: { a: { min: 99 } } }, /^SLO: checks: "a": min: 99 must be a number from 0 to 1/],
    [{ checks: { a: { min: 0 } } }, /^SLO: checks: "a": min: no ratio is below 0/],
    [{ tags: { cache: {} } }, /^SLO: tags\.cache: no bound is given/],
    [{ tags: { cache: { hit: {} } } }, /^SLO: tags\.cache\.hit: no bound is given/],
    [{ tags: { cache: { hit: { respons: {} } } } }, /Did you mean "response"/],
    [{ metrics: { ttfb: {} } }, /^SLO: metrics\.ttfb: no bound is given/],
    [{ metrics: { ttfb: { p95: '20ms' } } }, /^SLO: metrics\.ttfb: p95: '20ms' must be a number/],
    [{ metrics: { ttfb: { p5: 2 } } }, /^SLO: metrics\.ttfb: there is no "p5"\. Did you mean/],
    [{ metrics: { bytes: { totl: { min: 1 } } } }, /Did you mean "total"\? Choose total or/],
    [{ metrics: { bytes: { total: 5 } } }, /^SLO: metrics\.bytes: total: 5 is not an object/],
    [{ metrics: { bytes: { total: { min: 5, max: 4 } } } }, /min 5 is above max 4/],
    [{ every: '5s', checks: { a: { min: 1 } } }, /^SLO: checks: it is judged over the whole run/],
    [{ every: '5s', metrics: { a: { p95: 1 } } }, /^SLO: metrics: it is judged over the whole/],
  ])('reject the SLO %j', (slo, message) => {
    expect(() => readSlo(slo)).toThrow(InputError)
    expect(() => readSlo(slo)).toThrow(message)
  })

  test.each<[slo: Slo, message: RegExp]>([
    [
      { tags: { cash: { hit: { successRate: 1 } } } },
      /^SLO: tags: there is no tag "cash" in this load\. Did you mean "cache"\? Declared are cache/,
    ],
    [
      { tags: { cache: { mis: { successRate: 1 } } } },
      /^SLO: tags\.cache: there is no value "mis" in this load\. Did you mean "miss"\?/,
    ],
    [{ metrics: { ttfp: { p95: 1 } } }, /there is no metric "ttfp".* Did you mean "ttfb"\?/],
    [{ metrics: { bytes: { p95: 1 } } }, /^SLO: metrics\.bytes: a counter has no p95\. Choose one/],
    [{ metrics: { depth: { max: 1 } } }, /a gauge has no max\. Choose one of last, value/],
    [{ metrics: { ttfb: { last: { min: 1 } } } }, /a trend has no last\. Choose one of p50/],
    [{ metrics: { ttfb: { max: 3e6 } } }, /3000000 can't be exceeded, .* up to 2147483\.647/],
    [{ metrics: { ttfb: { p95: 0 } } }, /0 can't be met, because a trend is never below 0/],
    [{ metrics: { bytes: { total: { min: 0 } } } }, /0 can't be missed, because a counter is/],
  ])('reject %j for what the load declares', (slo, message) => {
    const check = (): void => checkNoted(readSlo(slo), declared)
    expect(check).toThrow(InputError)
    expect(check).toThrow(message)
  })

  test('reject a bound on a tag if the load declares none', () => {
    const bounds = readSlo({ tags: { cache: { hit: { successRate: 1 } } } })
    const check = (): void => checkNoted(bounds, { tags: [], metrics: {} })
    expect(check).toThrow('The load declares no tag.')
  })
})
