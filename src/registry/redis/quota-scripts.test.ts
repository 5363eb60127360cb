import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findProgram } from '../../environment/programs.ts'
import { spend as spendHere, type Bucket } from '../quotas/token-bucket.ts'
import { spend } from './quota-scripts.ts'
import { script } from './script.ts'
import { redisOfTests } from './testing/redis-of-tests.ts'

const hasProgram = findProgram('redis-server') !== undefined

/** Spends at a given time: KEYS bucket. ARGV s, µs, rate, burst, cost. */
const spendAt = script(`
local time, microseconds, cost = { ARGV[1], ARGV[2] }, ARGV[2] + 0, ARGV[5] + 0
local registrationsPerSecond, registrationsBurst = ARGV[3] + 0, ARGV[4] + 0${spend('KEYS[1]', [
  { rate: 'registrations', amount: 'cost' },
])}
return 'given'`)

describe.skipIf(!hasProgram)('A bucket in Redis (needs redis-server on the PATH)', () => {
  const own = redisOfTests()
  let tried = 0

  test('follows the law of those in memory, whatever the clock does', async () => {
    const law = fc.record({
      perSecond: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 1e5, noNaN: true })),
      burst: fc.integer({ min: 0, max: 1000 }),
    })
    const asked = fc.array(
      fc.record({
        afterUs: fc.integer({ min: -2_000_000, max: 3_000_000 }),
        cost: fc.integer({ min: 0, max: 300 }),
      }),
      { minLength: 1, maxLength: 25 },
    )
    await fc.assert(
      fc.asyncProperty(law, asked, async ({ perSecond, burst }, requests) => {
        const key = `bucket-${tried}`
        tried += 1
        await own.redis.hset(key, 'registrations', '0 0')
        let nowUs = 1_800_000_000_000_000
        let bucket: Bucket = { used: 0, atUs: 0 }
        const here: string[] = []
        const calls = own.redis.pipeline()
        for (const { afterUs, cost } of requests) {
          nowUs += afterUs
          const spent = spendHere(bucket, { perSecond, burst }, cost, nowUs)
          bucket = spent.bucket
          here.push(wordsOf(spent.refusal))
          const [s, us] = [Math.floor(nowUs / 1e6), nowUs % 1e6]
          calls.eval(spendAt, 1, key, s, us, perSecond, burst, cost)
        }
        const replies = (await calls.exec()) ?? []
        // Both round: a wait may differ by 1 ms, and so a request that is granted exactly then isn't drawn.
        expect(replies.map(([error, reply]) => error ?? roughly(String(reply)))).toEqual(
          here.map(roughly),
        )
      }),
      { numRuns: 60 },
    )
  })
})

function wordsOf(refusal: { readonly retryAfterMs: number | null } | undefined): string {
  if (refusal === undefined) return 'given'
  return refusal.retryAfterMs === null ? 'QUOTA_EXCEEDED' : 'RATE_LIMITED'
}

function roughly(reply: string): string {
  return /given|QUOTA_EXCEEDED|RATE_LIMITED/.exec(reply)?.[0] ?? reply
}
