import { bareRedis } from '../../../src/environment/bare-clients.ts'
import type { ServerBackends } from '../../../src/environment/backends.ts'
import { connectRegistry, type ConnectOptions } from '../../../src/registry/connect.ts'
import type { Metadata } from '../../../src/registry/registration.ts'
import type { MulticastRegistry } from '../../../src/registry/registry.ts'
import { test as base } from '../../../src/vitest/registry-test.ts'
import { compare, type Comparison } from './compare.ts'
import { assertReached, doubts, type Judged } from './outcome.ts'

/** Long enough that nothing expires during a benchmark, in ms. */
export const HOUR_MS = 3_600_000

/**
 * The test of the core's own benchmarks, which need real servers. In addition to the fixtures of a
 * scenario's `test`:
 *
 * - `servers` has their addresses; without servers, the test is skipped.
 * - `bareRedis` is a bare connection to Redis.
 * - `connectTo` connects further registries to namespaces that exist.
 * - `judge` collects judged figures: when the test ends, one that is not reached fails it.
 * - `compare` measures contenders against each other, prints the ratios with their bounds, and
 *   judges them.
 */
export const test = base
  .extend('servers', ({ backends, skip }): ServerBackends => {
    return backends.kind === 'memory' ? skip(`needs servers: ${backends.notice}`) : backends
  })
  .extend('bareRedis', ({ servers }, { onCleanup }) => {
    const redis = bareRedis(servers.redisUrl)
    onCleanup(() => redis.disconnect())
    return redis
  })
  .extend('connectTo', ({ servers }, { onCleanup }) => {
    const opened: MulticastRegistry[] = []
    onCleanup(async () => {
      await Promise.all(opened.map((registry) => registry.close()))
    })
    return async (namespace: string, options: Partial<ConnectOptions> = {}) => {
      const { redisUrl, natsUrls } = servers
      const registry = await connectRegistry({ redisUrl, natsUrls, namespace, ...options })
      opened.push(registry)
      return registry
    }
  })
  .extend('judge', ({ annotate }, { onCleanup }) => {
    const judged: Judged[] = []
    onCleanup(() => assertReached(judged))
    return async (figures: readonly Judged[]): Promise<void> => {
      judged.push(...figures)
      const text = doubts(figures)
      if (text !== null) await annotate(text, 'inconclusive')
    }
  })
  .extend('compare', ({ annotate, bench, judge }) => {
    return async (comparison: Comparison): Promise<void> =>
      judge(await compare({ annotate, bench }, comparison))
  })

/** Registers `count` numbered identities, with limited concurrency. */
export async function registerAll(
  registry: MulticastRegistry,
  count: number,
  registrationOf: (n: number) => {
    readonly identity: string
    readonly metadata: Metadata
    readonly gateway?: string
  },
): Promise<void> {
  let next = 0
  const keepRegistering = async () => {
    while (next < count) {
      const { identity, metadata, gateway } = registrationOf(next++)
      const options = { ttlMs: HOUR_MS, ...(gateway === undefined ? {} : { gateway }) }
      await registry.register(identity, metadata, options)
    }
  }
  await Promise.all(Array.from({ length: 64 }, keepRegistering))
}

/** Makes two changes per call: a heartbeat of one identity and a re-registration of another. */
export function twoChanges(
  registry: MulticastRegistry,
  count: number,
  registrationOf: (n: number) => { readonly identity: string; readonly metadata: Metadata },
): () => Promise<void> {
  let step = 0
  return async () => {
    step += 1
    await registry.heartbeat(registrationOf(step % count).identity, HOUR_MS)
    const { identity, metadata } = registrationOf((step * 7) % count)
    await registry.register(identity, metadata, { ttlMs: HOUR_MS, replace: true })
  }
}
