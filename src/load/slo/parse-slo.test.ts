import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import { typoOf } from '../testing/typo.ts'
import { arbitraryText } from '../testing/arbitrary-slo.ts'
import { parseSlo, SLO_FORMS } from './parse-slo.ts'
import { readSlo, type Slo } from './slo.ts'

test.each<[text: string, same: Slo]>([
  ['p95<10ms', { response: { p95: '10ms' } }],
  ['response.p50 < 1.5s', { response: { p50: '1500ms' } }],
  ['p99.9<20ms', { response: { p999: '20ms' } }],
  ['p90<10ms', { response: { p90: '10ms' } }],
  ['register.p97.5<10ms', { operations: { register: { response: { p975: '10ms' } } } }],
  ['p99.999<10ms', { response: { p99999: '10ms' } }],
  ['max<1s', { response: { max: '1s' } }],
  ['register.p95<10ms', { operations: { register: { response: { p95: '10ms' } } } }],
  ['register.p99.9<10ms', { operations: { register: { response: { p999: '10ms' } } } }],
  ['completion.p95<50ms', { completion: { p95: '50ms' } }],
  ['multicast.completion.max<1s', { operations: { multicast: { completion: { max: '1s' } } } }],
  ['throughput>=150', { throughput: { min: 150 } }],
  ['rate<=200/s', { throughput: { max: 200 } }],
  ['enumerate.rate>=24', { operations: { enumerate: { throughput: { min: 24 } } } }],
  ['success>99%', { successRate: 0.99 }],
  ['success>99.9%', { successRate: 0.999 }],
  ['success>0.00000001%', { successRate: 1e-10 }],
  ['success>=100%', { successRate: 1 }],
  ['multicast.delivery>=100%', { operations: { multicast: { delivery: { rate: 1 } } } }],
  ['success>0.5', { successRate: 0.5 }],
  ['multicast.delivery>98%', { operations: { multicast: { delivery: { rate: 0.98 } } } }],
  ['p99<50ms every 5s', { response: { p99: '50ms' }, every: '5s' }],
])('reads "%s" as a scenario would write it', (text, same) => {
  expect(readSlo(parseSlo(text))).toEqual(readSlo(same))
})

test('reads any bound written as text as a scenario would write it', () => {
  fc.assert(
    fc.property(arbitraryText, ({ text, slo }) => {
      expect(readSlo(parseSlo(text))).toEqual(readSlo(slo))
    }),
    { numRuns: 500 },
  )
})

test('rejects a mistyped metric and suggests the right one', () => {
  const metrics = ['throughput', 'success', 'delivery', 'max', 'completion']
  fc.assert(
    fc.property(typoOf(metrics), ({ meant, typo }) => {
      // Before a dot may be the name of an operation.
      fc.pre(!typo.startsWith('-'))
      const name = meant === 'completion' ? `register.${typo}.p95` : typo
      expect(() => parseSlo(`${name}<10ms`)).toThrow(
        new RegExp(`is not measured\\. Did you mean .*"${meant}"`),
      )
    }),
  )
})

test('reads every form that the help shows', () => {
  const forms = SLO_FORMS.split('\n').map((line) => line.split(/ {2,}/)[0] ?? '')
  expect(forms).toHaveLength(8)
  for (const form of forms) expect(readSlo(parseSlo(form))).toHaveLength(1)
})

test.each<[text: string, message: RegExp]>([
  ['', /"" is not a bound/],
  ['p95', /"p95" is not a bound.*register\.p95<10ms/],
  ['p95=10ms', /is not a bound/],
  ['p95>10ms', /bounded by <, not by >/],
  ['p95<=10ms', /bounded by <, not by <=/],
  ['p95<10', /"10" is not a duration/],
  ['p95<0ms', /no time is below 0/],
  ['p9<10ms', /no "p9"\. Did you mean .*"p95"/],
  ['p45<10ms', /no "p45"/],
  ['p100<10ms', /Did you mean "max"/],
  ['p99.9999<10ms', /p99\.9999 is not a percentile from p50 to p99\.999/],
  ['p9.5<10ms', /p9\.5 is not a percentile/],
  ['sucess>99%', /"sucess" is not measured\. Did you mean "success"\?/],
  ['a.b.p95<10ms', /"a\.b\.p95" is not measured/],
  ['throughput>5', /bounded by >= or <=, not by >/],
  ['throughput>=fast', /"fast" is not requests\/s/],
  ['throughput>=0', /above 0/],
  ['success>99', /99 must be a number from 0 to 1: 0\.99/],
  ['success>100%', /success>99% for more than 99 %, or success>=100% for all/],
  ['success>=99%', /success>99% for more than 99 %, or success>=100% for all/],
  ['delivery<99%', /delivery>99%/],
  ['completion.p95<5ms every 1s', /can't be judged per window/],
  ['p95<5ms every 1ms', /too short for a window/],
])('rejects "%s"', (text, message) => {
  expect(() => parseSlo(text)).toThrow(InputError)
  expect(() => parseSlo(text)).toThrow(message)
})
