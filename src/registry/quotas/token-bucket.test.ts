import fc from 'fast-check'
import { expect, test } from 'vitest'
import { spend, type Bucket } from './token-bucket.ts'

const laws = fc.record({
  perSecond: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 1e6, noNaN: true })),
  burst: fc.integer({ min: 0, max: 10_000 }),
})
const requests = fc.array(
  fc.record({
    afterUs: fc.integer({ min: 0, max: 3_000_000 }),
    cost: fc.integer({ min: 0, max: 200 }),
  }),
  { maxLength: 60 },
)

test('gives at most the burst, and what the rate gives in the time', () => {
  fc.assert(
    fc.property(laws, requests, (law, asked) => {
      let bucket: Bucket = { used: 0, atUs: 0 }
      let nowUs = 0
      const given: { readonly atUs: number; readonly cost: number }[] = []
      for (const { afterUs, cost } of asked) {
        nowUs += afterUs
        const spent = spend(bucket, law, cost, nowUs)
        bucket = spent.bucket
        if (!spent.refusal) given.push({ atUs: nowUs, cost })
      }
      for (const [from, { atUs }] of given.entries()) {
        let total = 0
        for (const later of given.slice(from)) {
          total += later.cost
          const most = law.burst + (law.perSecond * (later.atUs - atUs)) / 1e6
          expect(total).toBeLessThanOrEqual(most + 0.001 + most * 1e-9)
        }
      }
    }),
  )
})

test('accepts after the time that a refusal names, and not one ms before', () => {
  const scarce = fc.record({
    perSecond: fc.double({ min: 0.01, max: 1000, noNaN: true }),
    burst: fc.integer({ min: 1, max: 1000 }),
    used: fc.double({ min: 0, max: 1000, noNaN: true }),
    cost: fc.integer({ min: 1, max: 1000 }),
  })
  fc.assert(
    fc.property(scarce, ({ used, cost, ...law }) => {
      const { refusal } = spend({ used, atUs: 0 }, law, cost, 0)
      if (refusal === undefined) return
      const { retryAfterMs } = refusal
      if (retryAfterMs === null) {
        expect(cost).toBeGreaterThan(law.burst)
        return
      }
      const asked = (ms: number) => spend({ used, atUs: 0 }, law, cost, ms * 1000).refusal
      expect(asked(retryAfterMs)).toBeUndefined()
      if (retryAfterMs > 2) expect(asked(retryAfterMs - 2)).toBeDefined()
    }),
  )
})

test('gives nothing for a time that a clock set back counts twice', () => {
  const law = { perSecond: 10, burst: 10 }
  const full = spend({ used: 0, atUs: 0 }, law, 10, 5_000_000).bucket
  const back = spend(full, law, 1, 1_000_000)
  expect(back.refusal).toEqual({ retryAfterMs: 100 })
  expect(spend(back.bucket, law, 1, 1_100_000).refusal).toBeUndefined()
})
