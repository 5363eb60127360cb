import type { Redis } from 'ioredis'
import { runRedisBenchmark, whyNoRedisBenchmark } from '../../src/core-bench/redis-benchmark.ts'
import { reportSides } from '../../src/core-bench/compare.ts'
import { test } from '../../src/core-bench/core-test.ts'
import type { Sample } from '../../src/core-bench/interleave.ts'
import { redisTimePerCall } from '../../src/core-bench/redis-time.ts'
import { type Figure, renderFigures } from '../../src/core-bench/figures.ts'
import { medianOf } from '../../src/core-bench/statistics.ts'
import { keysOf, type NamespaceKeys } from '../../src/registry/redis/keys.ts'
import { script } from '../../src/registry/redis/script.ts'
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

/** Calls of each kind of write in each round. */
const WRITES = 10_000
const ROUNDS = 10
const WARM_UP_ROUNDS = 2

/** What a script costs that does nothing, with keys and arguments as `register` has them. */
const emptyScript = script('return 1')

test("a write: Redis's own time per call, 64 in flight", async ({
  annotate,
  bench,
  redis,
  registry,
  openTestbed,
}) => {
  const bare = keysOf((await openTestbed('bare-commands')).namespace)
  await redis.script('LOAD', emptyScript.source)
  const identityOf = (n: number) => `user-${String(n).padStart(12, '0')}`
  const metadataJson = JSON.stringify(loadTestMetadata(7))
  const sides: {
    name: string
    command: 'evalsha' | 'exec'
    one: (n: number) => Promise<unknown>
  }[] = [
    {
      name: 'empty script',
      command: 'evalsha',
      one: (n) => runEmpty(redis, bare, identityOf(n), metadataJson),
    },
    {
      name: 'bare commands, new',
      command: 'exec',
      one: (n) => runBare(redis, bare, identityOf(n), metadataJson),
    },
    {
      name: 'bare commands, again',
      command: 'exec',
      one: (n) => runBare(redis, bare, identityOf(n), metadataJson),
    },
    {
      name: 'register, new',
      command: 'evalsha',
      one: (n) => registry.register(identityOf(n), loadTestMetadata(n)),
    },
    {
      name: 'register, replacing',
      command: 'evalsha',
      one: (n) => registry.register(identityOf(n), loadTestMetadata(n), { replace: true }),
    },
    { name: 'heartbeat', command: 'evalsha', one: (n) => registry.heartbeat(identityOf(n)) },
    { name: 'unregister', command: 'evalsha', one: (n) => registry.unregister(identityOf(n)) },
  ]
  // In this order within a round, because each finds what the one before has left.
  const samples = new Map<string, Sample[]>(sides.map(({ name }) => [name, []]))
  for (let round = 0 - WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    for (const { name, command, one } of sides) {
      const ms = await redisTimePerCall(redis, command, () => inFlight(WRITES, one))
      if (round >= 0) samples.get(name)?.push({ round, ms })
    }
    await clearBare(redis, bare, identityOf)
  }
  await reportSides(bench, samples)
  const bound = (side: string, by: string, atMost: number): Figure => ({
    what: `${side} by ${by}, Redis's own time`,
    ratio: [side, by],
    must: { atMost },
  })
  const figures = [
    bound('register, new', 'bare commands, new', 1.8),
    bound('register, replacing', 'bare commands, again', 1.8),
    bound('heartbeat', 'bare commands, again', 1.6),
    bound('unregister', 'bare commands, again', 1.4),
    bound('register, new', 'empty script', 7),
  ]
  const medians = Array.from(samples, ([name, own]) => {
    return `${name}: ${(medianOf(own.map(({ ms }) => ms)) * 1000).toFixed(2)} µs`
  })
  await annotate(`\n${renderFigures(figures, samples)}\n\n${medians.join('\n')}`)
})

async function inFlight(count: number, one: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const keepCalling = async () => {
    while (next < count) await one(next++)
  }
  await Promise.all(Array.from({ length: 64 }, keepCalling))
}

function runEmpty(redis: Redis, keys: NamespaceKeys, identity: string, metadataJson: string) {
  const names = [keys.identity(identity), keys.index, keys.log]
  const args = [identity, metadataJson, 300_000, '0', '', 'mark', 10_000, '', 0]
  return redis.evalsha(emptyScript.sha1, names.length, ...names, ...args)
}

/** What a registration needs of Redis, without any decision. */
function runBare(redis: Redis, keys: NamespaceKeys, identity: string, metadataJson: string) {
  const key = keys.identity(identity)
  const expiresAt = Date.now() + 300_000
  const fields = { id: identity, metadata: metadataJson, registered_at: Date.now() }
  return redis
    .multi()
    .time()
    .exists(key)
    .hset(key, { ...fields, expires_at: expiresAt })
    .pexpireat(key, expiresAt)
    .zadd(keys.index, expiresAt, identity)
    .xadd(keys.log, 'MAXLEN', '~', 10_000, '*', 'register', `mark\n${identity}\n${metadataJson}`)
    .exec()
}

async function clearBare(
  redis: Redis,
  keys: NamespaceKeys,
  identityOf: (n: number) => string,
): Promise<void> {
  for (let from = 0; from < WRITES; from += 1000) {
    await redis.del(Array.from({ length: 1000 }, (_, n) => keys.identity(identityOf(from + n))))
  }
  await redis.del(keys.index)
}
