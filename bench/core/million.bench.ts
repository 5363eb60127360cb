import type { Redis } from 'ioredis'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { formatSeconds } from '../../src/format.ts'
import { registerAll, test, twoChanges } from './measuring/core-test.ts'
import { RegistryError } from '../../src/registry/errors.ts'
import { filterFrom } from '../../src/registry/filter/filter.ts'
import { parseMetadata } from '../../src/registry/metadata.ts'
import { connectRedisStore } from '../../src/registry/redis/redis-store.ts'
import type { MulticastRegistry } from '../../src/registry/registry.ts'
import { heldBytes } from '../../src/registry/testing/held-bytes.ts'
import { loadTestIdentity, loadTestMetadata } from '../../src/workloads/register.ts'

const IDENTITIES = 1_000_000
const MAX_BYTES_EACH = 400
const GATEWAYS = 10

test('one million identities: answers, loading, memory', async ({
  annotate,
  compare,
  judge,
  bareRedis,
  servers,
  testbed,
  openTestbed,
}) => {
  const small = await openTestbed('one-thousand')
  const worldOf = (name: string, registry: MulticastRegistry, count: number) => ({
    name,
    registry,
    count,
    registrationOf: (n: number) => ({
      identity: loadTestIdentity(n),
      metadata: { ...loadTestMetadata(n), group: n % (count / 100) },
      gateway: registry.gateway.replace(/[^.]+$/, `gateway-${n % GATEWAYS}`),
    }),
  })
  const million = worldOf('1,000,000', testbed.registry, IDENTITIES)
  const worlds = [million, worldOf('1,000', small.registry, 1_000)]
  for (const { registry, count, registrationOf } of worlds) {
    await registerAll(registry, count, registrationOf)
    await whenLoaded(registry)
  }

  const before = heldBytes()
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const { store, tookMs } = await load(servers.redisUrl, testbed.namespace)
  delay.disable()
  const loaded = heldBytes()
  const metadata = Array.from({ length: IDENTITIES }, (_, n) =>
    parseMetadata(JSON.stringify(million.registrationOf(n).metadata)),
  )
  const bytesEach = (2 * loaded - before - heldBytes()) / metadata.length
  await store.close()
  const says = `bytes for each identity besides its metadata: ${bytesEach.toFixed(0)}, must be ≤ ${MAX_BYTES_EACH}`
  await annotate(
    `\n${says}\nloaded in ${formatSeconds(tookMs)}, the event loop held for up to ${(delay.max / 1e6).toFixed(0)} ms, ` +
      `99 % of the time below ${(delay.percentile(99) / 1e6).toFixed(1)} ms`,
  )
  await judge([{ says, outcome: bytesEach <= MAX_BYTES_EACH ? 'reached' : 'not reached' }])

  const listings = {
    'a group of 100': { filter: { group: 7 }, options: {}, atMost: 2 },
    'a page of 100': { filter: {}, options: { limit: 100 }, atMost: 2 },
    // Its index is searched and changed for each change, too.
    'a page of 100 by registeredAt': {
      filter: {},
      options: { limit: 100, sortBy: 'registeredAt' },
      atMost: 4,
    },
  }
  for (const [what, { filter, options, atMost }] of Object.entries(listings)) {
    await compare({
      contenders: worlds.map(({ name, registry, count, registrationOf }) => ({
        name: `${what} of ${name}`,
        before: twoChanges(registry, count, registrationOf),
        run: () => registry.enumerate(filter, options),
      })),
      figures: [
        {
          what: `${what} of 1,000,000 by the same of 1,000`,
          ratio: [`${what} of 1,000,000`, `${what} of 1,000`],
          must: { atMost },
        },
      ],
      rounds: 500,
      warmUpRounds: 100,
    })
  }

  const keys = Array.from(
    { length: IDENTITIES },
    (_, n) => `${testbed.namespace}:${loadTestIdentity(n)}`,
  )
  await compare({
    contenders: [
      {
        name: 'a replica of 1,000,000',
        run: async () => {
          const cold = await load(servers.redisUrl, testbed.namespace)
          await cold.store.close()
          return cold.tookMs
        },
      },
      { name: 'HGETALL of 1,000,000, pipelined', run: () => readPipelined(bareRedis, keys) },
    ],
    figures: [
      {
        what: 'a replica by HGETALL of the same, 500 in a pipeline',
        ratio: ['a replica of 1,000,000', 'HGETALL of 1,000,000, pipelined'],
        must: { atMost: 2 },
      },
    ],
    rounds: 5,
    warmUpRounds: 0,
  })
})

/** Retries, because a call stops waiting for a load after some time while the load continues. */
async function whenLoaded(registry: MulticastRegistry): Promise<void> {
  for (;;) {
    try {
      await registry.enumerate({}, { limit: 1 })
      return
    } catch (error) {
      if (!(error instanceof RegistryError && error.code === 'UNAVAILABLE')) throw error
    }
  }
}

/** A new store that has given its first answer, and how long that took. */
async function load(url: string, namespace: string) {
  const store = await connectRedisStore({ url, namespace, loadTimeoutMs: 600_000 })
  const startedAt = performance.now()
  await store.select(filterFrom({}))
  return { store, tookMs: performance.now() - startedAt }
}

async function readPipelined(redis: Redis, keys: readonly string[]): Promise<void> {
  for (let from = 0; from < keys.length; from += 500) {
    const pipeline = redis.pipeline()
    for (const key of keys.slice(from, from + 500)) pipeline.hgetall(key)
    await pipeline.exec()
  }
}
