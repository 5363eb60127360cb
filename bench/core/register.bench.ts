import { runRedisBenchmark, whyNoRedisBenchmark } from './measuring/redis-benchmark.ts'
import { reportContenders } from './measuring/compare.ts'
import { test } from './measuring/core-test.ts'
import type { Sample } from './measuring/interleave.ts'
import { redisTimePerCall } from './measuring/redis-time.ts'
import { type Figure, renderFigures } from './measuring/figures.ts'
import { medianOf } from '../../src/stats/quantile.ts'
import { keysOf } from '../../src/registry/redis/keys.ts'
import { script } from '../../src/registry/redis/script.ts'
import { registerScript } from '../../src/registry/redis/scripts.ts'
import type { MulticastRegistry } from '../../src/registry/registry.ts'
import { loadTestMetadata } from '../../src/workloads/register.ts'

const IDENTITIES = 100_000
const OURS = 20_000
const THEIRS = 40_000

test('register: one process, 64 in flight', async ({
  compare,
  servers,
  bareRedis,
  registry,
  openTestbed,
  skip,
}) => {
  const { redisUrl } = servers
  const unavailable = whyNoRedisBenchmark(redisUrl)
  if (unavailable !== null) skip(unavailable)
  const scriptSha1 = String(await bareRedis.script('LOAD', registerScript))
  const { namespace } = await openTestbed('redis-benchmark')
  const redisBenchmark = (clients: number) => () =>
    runRedisBenchmark({
      redisUrl,
      scriptSha1,
      namespace,
      metadataJson: JSON.stringify(loadTestMetadata(7)),
      identities: IDENTITIES,
      requests: THEIRS,
      clients,
    })
  await compare({
    contenders: [
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

/** Identities of the form used by redis-benchmark. */
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
const WRITES = 1_000
const ROUNDS = 100
const WARM_UP_ROUNDS = 20

const TTL_MS = 300_000

/**
 * The indispensable commands of a write as a script, with the write's keys and arguments, but without its
 * decisions.
 */
const bare = {
  nothing: script('return 1'),
  register: script(`
call('TIME')
call('EXISTS', KEYS[1])
call('HSET', KEYS[1], 'id', ARGV[1], 'metadata', ARGV[2], 'registered_at', ARGV[10], 'expires_at', ARGV[11])
call('PEXPIREAT', KEYS[1], ARGV[11])
call('ZADD', KEYS[2], ARGV[11], ARGV[1])
call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[7], '*', 'register', ARGV[2])
return 1`),
  heartbeat: script(`
call('TIME')
call('HMGET', KEYS[1], 'expires_at', 'registered_at')
call('HSET', KEYS[1], 'expires_at', ARGV[11])
call('ZADD', KEYS[2], ARGV[11], ARGV[1])
call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[7], '*', 'heartbeat', ARGV[1])
call('PEXPIREAT', KEYS[1], ARGV[11])
return 1`),
  unregister: script(`
call('TIME')
call('HGET', KEYS[1], 'expires_at')
call('DEL', KEYS[1])
call('ZREM', KEYS[2], ARGV[1])
call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[7], '*', 'unregister', ARGV[1])
return 1`),
}

test("a write: Redis's own time per call, 64 in flight", async ({
  annotate,
  bench,
  bareRedis,
  registry,
  openTestbed,
}) => {
  const keys = keysOf((await openTestbed('bare-commands')).namespace)
  const metadataJson = JSON.stringify(loadTestMetadata(7))
  const run = async (bareScript: string) => {
    const sha1 = String(await bareRedis.script('LOAD', bareScript))
    const now = Date.now()
    return (identity: string) => {
      const names = [keys.identity(identity), keys.index, keys.log]
      const args = [identity, metadataJson, TTL_MS, '0', '', 'mark', 10_000, '', 0]
      return bareRedis.evalsha(sha1, names.length, ...names, ...args, now, now + TTL_MS)
    }
  }
  const register = (replace: boolean) => (identity: string, n: number) =>
    registry.register(identity, loadTestMetadata(n), { ttlMs: TTL_MS, replace })
  // In this order, because each depends on the previous one.
  const contenders: Readonly<Record<string, (identity: string, n: number) => Promise<unknown>>> = {
    'empty script': await run(bare.nothing),
    'bare register, new': await run(bare.register),
    'register, new': register(false),
    'bare register, again': await run(bare.register),
    'register, replacing': register(true),
    'bare heartbeat': await run(bare.heartbeat),
    heartbeat: (identity) => registry.heartbeat(identity, TTL_MS),
    'bare unregister': await run(bare.unregister),
    unregister: (identity) => registry.unregister(identity),
  }
  const samples = new Map<string, Sample[]>(Object.keys(contenders).map((name) => [name, []]))
  for (let round = 0 - WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    for (const [name, one] of Object.entries(contenders)) {
      const ms = await redisTimePerCall(bareRedis, 'evalsha', () => inFlight(WRITES, one))
      if (round >= 0) samples.get(name)?.push({ round, ms })
    }
  }
  await reportContenders(bench, samples)
  const bound = (contender: string, by: string, atMost: number): Figure => ({
    what: `${contender}, by its bare commands in a script`,
    ratio: [contender, by],
    must: { atMost },
  })
  const figures = [
    bound('register, new', 'bare register, new', 1.5),
    bound('register, replacing', 'bare register, again', 1.5),
    bound('heartbeat', 'bare heartbeat', 1.5),
    bound('unregister', 'bare unregister', 1.5),
  ]
  const medians = Array.from(samples, ([name, own]) => {
    return `${name}: ${(medianOf(own.map(({ ms }) => ms)) * 1000).toFixed(2)} µs`
  })
  await annotate(`\n${renderFigures(figures, samples)}\n\n${medians.join('\n')}`)
})

async function inFlight(
  count: number,
  one: (identity: string, n: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const keepCalling = async () => {
    while (next < count) {
      const n = next++
      await one(`user-${String(n).padStart(12, '0')}`, n)
    }
  }
  await Promise.all(Array.from({ length: 64 }, keepCalling))
}
