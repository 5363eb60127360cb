import { expect, test } from 'vitest'
import { InputError } from '../input-error.ts'
import { parseSlo, SLO_FORMS } from './parse-slo.ts'
import { readSlo, type Slo } from './slo.ts'

test.each<[text: string, same: Slo]>([
  ['p95<10ms', { response: { p95: '10ms' } }],
  ['response.p50 < 1.5s', { response: { p50: '1500ms' } }],
  ['p99.9<20ms', { response: { p999: '20ms' } }],
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
  ['success>0.5', { successRate: 0.5 }],
  ['multicast.delivery>98%', { operations: { multicast: { delivery: { rate: 0.98 } } } }],
  ['p99<50ms every 5s', { response: { p99: '50ms' }, every: '5s' }],
])('"%s" is the bound that a scenario would write', (text, same) => {
  expect(readSlo(parseSlo(text))).toEqual(readSlo(same))
})

test('every form that is shown can be read', () => {
  const forms = SLO_FORMS.split('\n').map((line) => line.split(/ {2,}/)[0] ?? '')
  expect(forms).toHaveLength(7)
  for (const form of forms) expect(readSlo(parseSlo(form))).toHaveLength(1)
})

test.each<[text: string, message: RegExp]>([
  ['', /"" is none/],
  ['p95', /"p95" is none.*register\.p95<10ms/],
  ['p95=10ms', /is none/],
  ['p95>10ms', /bounded by <, not by >/],
  ['p95<=10ms', /bounded by <, not by <=/],
  ['p95<10', /"10" is not a duration/],
  ['p95<0ms', /no time is below 0/],
  ['p90<10ms', /"p90" is nothing that is measured/],
  ['a.b.p95<10ms', /"a\.b\.p95" is nothing/],
  ['throughput>5', /bounded by >= or <=, not by >/],
  ['throughput>=fast', /"fast" is not requests\/s/],
  ['throughput>=0', /above 0/],
  ['success>99', /99 % is 0\.99/],
  ['success>100%', /less than 1/],
  ['success<99%', /bounded by >/],
  ['completion.p95<5ms every 1s', /can't be judged by window/],
  ['p95<5ms every 1ms', /too short a window/],
])('"%s" is refused', (text, message) => {
  expect(() => parseSlo(text)).toThrow(InputError)
  expect(() => parseSlo(text)).toThrow(message)
})
