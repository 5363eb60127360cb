import { expect, test } from 'vitest'
import { parseExpectation } from './expectation.ts'

test('reads bounds as documents write them', () => {
  expect(parseExpectation('Throughput: 40-50 multicasts/sec')).toEqual([
    { kind: 'throughput', operation: null, least: 40, most: 50 },
  ])
  expect(parseExpectation('P99 Latency: <10ms')).toEqual([
    { kind: 'response time', operation: null, percentile: 'p99Ms', belowMs: 10 },
  ])
  expect(parseExpectation('Delivery rate: >98%')).toEqual([
    { kind: 'delivery rate', operation: null, abovePercent: 98 },
  ])
  expect(parseExpectation('Overall success rate: >99%')).toEqual([
    { kind: 'success rate', operation: null, abovePercent: 99 },
  ])
})

test('several bounds of one operation', () => {
  expect(parseExpectation('Register: ~60 req/sec, P95 <10ms')).toEqual([
    { kind: 'throughput', operation: 'register', least: 48, most: 72 },
    { kind: 'response time', operation: 'register', percentile: 'p95Ms', belowMs: 10 },
  ])
})

test('what is no bound is not taken for one', () => {
  expect(parseExpectation('Register: ~60 req/sec, mostly')).toBeNull()
  expect(parseExpectation('It just works')).toBeNull()
})
