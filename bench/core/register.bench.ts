import { runRedisBenchmark, whyNoRedisBenchmark } from '../../src/core-bench/redis-benchmark.ts'
import { test } from '../../src/core-bench/core-test.ts'
import { registerScript } from '../../src/registry/redis/scripts.ts'
import type { MulticastRegistry } from '../../src/registry/registry.ts'
import { loadTestMetadata } from '../workloads/register.ts'

const IDENTITIES = 100_000
const OURS = 20_000
const THEIRS = 40_000

test('register: one process, 64 in flight', async ({
  compare,
  servers,
  redis,
  registry,
  openTestbed,
  skip,
}) => {
  const { redisUrl } = servers
  const unavailable = whyNoRedisBenchmark(redisUrl)
  if (unavailable !== null) skip(unavailable)
  await redis.script('LOAD', registerScript.source)
  const { namespace } = await openTestbed('redis-benchmark')
  const redisBenchmark = (clients: number) => () =>
    runRedisBenchmark({
      redisUrl,
      namespace,
      metadataJson: JSON.stringify(loadTestMetadata(7)),
      identities: IDENTITIES,
      requests: THEIRS,
      clients,
    })
  await compare({
    sides: [
      { name: 'register, 64 in flight', run: () => registerAtRandom(registry), calls: OURS },
      { name: 'redis-benchmark -P 64', run: redisBenchmark(50) },
      { name: 'redis-benchmark -P 64 -c 1', run: redisBenchmark(1) },
    ],
    figures: [
      {
        what: "register's throughput by that of redis-benchmark -P 64, the same script",
        ratio: ['redis-benchmark -P 64', 'register, 64 in flight'],
        must: { atLeast: 0.5 },
      },
      {
        what: 'the same, redis-benchmark with one connection',
        ratio: ['redis-benchmark -P 64 -c 1', 'register, 64 in flight'],
        must: { atLeast: 0.5 },
      },
    ],
    rounds: 10,
    warmUpRounds: 2,
  })
})

/** Identities of the form that redis-benchmark draws. */
async function registerAtRandom(registry: MulticastRegistry): Promise<void> {
  let left = OURS
  const keepRegistering = async () => {
    while (left-- > 0) {
      const n = Math.floor(Math.random() * IDENTITIES)
      const identity = `user-${String(n).padStart(12, '0')}`
      await registry.register(identity, loadTestMetadata(n), { replace: true })
    }
  }
  await Promise.all(Array.from({ length: 64 }, keepRegistering))
}
