import { expect, test } from 'vitest'
import { scaleThroughput } from './scale-throughput.ts'

const scale = { own: 2_000, offered: 5_000 }

test('scales bounds on counts with the rate, but not those on sizes', () => {
  const metrics = {
    bytes: { total: { min: 100 }, perSecond: { min: 10, max: 20 } },
    ttfb: { p95: 20 },
  }
  expect(scaleThroughput({ metrics }, { own: 200, offered: 400 })).toEqual({
    metrics: {
      bytes: { total: { min: 200 }, perSecond: { min: 20, max: 40 } },
      ttfb: { p95: 20 },
    },
  })
})

test('scales throughput bounds of every operation in every SLO, and nothing else', () => {
  const slo = {
    response: { p95: '10ms' },
    throughput: { min: 150, max: 200 },
    operations: { register: { throughput: { min: 48 }, successRate: 0.99 } },
  } as const
  const scaled = {
    response: { p95: '10ms' },
    throughput: { min: 375, max: 500 },
    operations: { register: { throughput: { min: 120 }, successRate: 0.99 } },
  }
  expect(scaleThroughput(slo, scale)).toEqual(scaled)
  const windowed = { every: '1s', response: { p99: '50ms' } } as const
  expect(scaleThroughput([slo, windowed], scale)).toEqual([scaled, windowed])
})

test('a bound equal to the rate stays equal to it', () => {
  for (let offered = 1; offered < 2_000; offered++) {
    expect(scaleThroughput({ throughput: { max: 200 } }, { own: 2_000, offered })).toEqual({
      throughput: { max: (offered * 1_000) / 10_000 },
    })
  }
})
