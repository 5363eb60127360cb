import { expect, test } from 'vitest'
import { parseExpectation } from './judge-load.ts'

test.each([
  ['Throughput: 40-50 multicasts/sec', { kind: 'throughput', operation: null, min: 40, max: 50 }],
  ['P99 Latency: <10ms', { kind: 'response time', operation: null }],
  ['Delivery rate: >98%', { kind: 'delivery rate', operation: null, abovePercent: 98 }],
  ['Overall success rate: >99%', { kind: 'success rate', operation: null, abovePercent: 99 }],
])('reads "%s" as a bound', (item, bound) => {
  expect(parseExpectation(item)).toEqual([bound])
})

test('reads several bounds of one operation', () => {
  expect(parseExpectation('Register: ~60 req/sec, P95 <10ms')).toEqual([
    { kind: 'throughput', operation: 'register', min: 48, max: 72 },
    { kind: 'response time', operation: 'register' },
  ])
})

test.each(['Register: ~60 req/sec, mostly', 'It just works'])('"%s" is not a bound', (item) => {
  expect(parseExpectation(item)).toBeNull()
})
