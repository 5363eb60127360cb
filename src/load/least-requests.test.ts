import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InputError } from '../input-error.ts'
import { leastRequests, lowestRate, probeMs } from './least-requests.ts'
import { readSlo, type Slo } from './slo/slo.ts'

describe('the requests needed by an SLO', () => {
  test.each<[string, Slo, number, string | null]>([
    ['10 beyond a P95', { response: { p95: '10ms' } }, 200, 'a response P95'],
    ['10 beyond a P99', { response: { p99: '10ms' } }, 1_000, 'a response P99'],
    ['10 beyond a P99.9', { response: { p999: '10ms' } }, 10_000, 'a response P99.9'],
    ['for a median, 100 as for anything', { response: { p50: '10ms' } }, 100, null],
    ['for a maximum, 100 as for anything', { response: { max: '10ms' } }, 100, null],
    ['for a throughput, 100 as for anything', { throughput: { min: 10 } }, 100, null],
    ['300 for a success rate above 99 %', { successRate: 0.99 }, 300, 'a success rate'],
    ['3,000 for one above 99.9 %', { successRate: 0.999 }, 3_000, 'a success rate'],
    ['300 for a delivery above 99 %', { delivery: { rate: 0.99 } }, 300, 'a delivery rate'],
    ['the most', { successRate: 0.99, response: { p99: '9ms' } }, 1_000, 'a response P99'],
  ])('are %s', (_, slo, requests, because) => {
    expect(leastRequests(readSlo(slo), new Map([['a', 50]]))).toEqual({ requests, because })
  })

  test("scale with the operation's ratio of the workload", () => {
    const slo = { operations: { rare: { response: { p95: '10ms' } } } } as const
    const planned = new Map([
      ['often', 90],
      ['rare', 10],
    ])
    expect(leastRequests(readSlo(slo), planned)).toEqual({
      requests: 2_000,
      because: 'rare response P95',
    })
  })

  test('treat an operation without requests as one that had one', () => {
    const slo = { operations: { rare: { response: { p95: '10ms' } } } } as const
    const planned = new Map([
      ['often', 100],
      ['rare', 0],
    ])
    expect(leastRequests(readSlo(slo), planned)).toMatchObject({ requests: 20_000 })
  })
})

test('a probe has enough requests at every rate, in little over ten times the duration', () => {
  const least = fc.record({
    requests: fc.integer({ min: 100, max: 100_000 }),
    because: fc.constant(null),
  })
  const durations = fc.integer({ min: 1_000, max: 60_000 })
  const above = fc.integer({ min: 0, max: 100_000 })
  fc.assert(
    fc.property(least, durations, above, (needed, durationMs, more) => {
      const rate = lowestRate(needed, durationMs, 1_000_000) + more
      const ms = probeMs(rate, needed, durationMs)
      expect((rate * ms) / 1_000).toBeGreaterThanOrEqual(needed.requests)
      expect(ms).toBeGreaterThanOrEqual(durationMs)
      expect(ms).toBeLessThan(durationMs * 10 + 1_000)
    }),
  )
})

test('names the needed duration if even the highest rate would take too long', () => {
  const least = { requests: 100_000_000, because: 'rare response P99.9' }
  const lowest = (durationMs: number): number => lowestRate(least, durationMs, 1_000_000)
  expect(() => lowest(1_000)).toThrow(InputError)
  expect(() => lowest(1_000)).toThrow(
    '--duration: a probe needs 100,000,000 requests because of rare response P99.9. Give it at least 10000ms.',
  )
  expect(lowest(10_000)).toBe(1_000_000)
})
