import { jetstreamManager } from '@nats-io/jetstream'
import { bareNats, bareRedis } from '../../../src/environment/bare-clients.ts'
import { randomBytes } from 'node:crypto'
import type { ServerBackends } from '../../../src/environment/backends.ts'
import { connectRegistry, type ConnectOptions } from '../../../src/registry/connect.ts'
import { RegistryError } from '../../../src/registry/errors.ts'
import { DEFAULT_SUBJECT_PREFIX, Subjects } from '../../../src/registry/nats/subjects.ts'
import type { Metadata } from '../../../src/registry/registration.ts'
import type { MulticastRegistry } from '../../../src/registry/registry.ts'
import { registerAll } from './core-test.ts'

/** The number of members per group at every size: the size of requests where n is the number stored. */
export const GROUP = 100

/** The gateway that registrations name: the one that hosts them, none, or a different one each. */
export type WorldKind = 'hosted' | 'plain' | 'scattered'

/** A namespace with a number of registrations, shared by several cases. */
export interface GrowthWorld {
  readonly size: number
  readonly namespace: string
  /** Reads and sends. */
  readonly registry: MulticastRegistry
  /** Makes the changes that readers catch up with. */
  readonly writer: MulticastRegistry
  /** Hosts all identities by a pattern, unless the world is plain, where it hosts none. */
  readonly host: MulticastRegistry
  readonly identityOf: (n: number) => string
  readonly metadataOf: (n: number) => Metadata
  /** A randomly drawn registration number. */
  readonly some: () => number
  /** Connects another registry, which the case must close. */
  readonly connect: (options?: Partial<ConnectOptions>) => Promise<MulticastRegistry>
  /** Copies its data in Redis to another namespace. */
  readonly copyTo: (namespace: string) => Promise<void>
  readonly close: () => Promise<void>
}

/** Fills a namespace of its own. Its registrations are in groups of 100. */
export async function openWorld(
  { redisUrl, natsUrls }: ServerBackends,
  kind: WorldKind,
  size: number,
): Promise<GrowthWorld> {
  const namespace = `growth-${kind}-${size}-${randomBytes(3).toString('hex')}`
  const connect = (options: Partial<ConnectOptions> = {}): Promise<MulticastRegistry> =>
    connectRegistry({ redisUrl, natsUrls, namespace, onWarning: () => {}, ...options })
  const writer = await connect()
  const host = await connect({ durability: { gatewayName: 'host' } })
  const registry = await connect({ durability: {} })
  if (kind !== 'plain') await host.subscribeMatching('*', () => {})
  const identityOf = (n: number): string => `user-${n}`
  const metadataOf = (n: number): Metadata => ({
    group: n % Math.max(1, size / GROUP),
    status: 'online',
    rank: n,
    name: `name-${n}`,
    tags: ['a', `tag-${n}`],
  })
  const gatewayOf = (n: number): { readonly gateway?: string } => {
    if (kind === 'plain') return {}
    const { gateway } = kind === 'hosted' ? host : writer
    return { gateway: kind === 'hosted' ? gateway : gateway.replace(/[^.]+$/, `gateway-${n}`) }
  }
  await registerAll(writer, size, (n) => ({
    identity: identityOf(n),
    metadata: metadataOf(n),
    ...gatewayOf(n),
  }))
  await untilLoaded(() => registry.enumerate({}, { limit: 1 }))
  return {
    size,
    namespace,
    registry,
    writer,
    host,
    identityOf,
    metadataOf,
    some: () => Math.floor(Math.random() * size),
    connect,
    copyTo: (other) => copyNamespace(redisUrl, namespace, other),
    close: async () => {
      await writer.clear()
      await Promise.all([registry, writer, host].map((each) => each.close()))
      await deleteStreams(natsUrls, namespace)
    },
  }
}

/** The maximum time for loading a namespace, in ms: far longer than needed. */
const LOAD_MS = 300_000

/** Retries a call until a new registry has loaded its namespace; on a busy machine the first may time out. */
export async function untilLoaded<T>(call: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + LOAD_MS
  for (;;) {
    try {
      return await call()
    } catch (error) {
      const isLoading = error instanceof RegistryError && error.code === 'UNAVAILABLE'
      if (!isLoading || performance.now() > giveUpAt) throw error
    }
  }
}

/** What exactly-once has kept is of no use to anyone. */
async function deleteStreams(natsUrls: readonly string[], namespace: string): Promise<void> {
  const nats = await bareNats(natsUrls)
  const { streams } = await jetstreamManager(nats)
  const { messagesStream, progressStream } = new Subjects(DEFAULT_SUBJECT_PREFIX, namespace)
  await Promise.all([messagesStream, progressStream].map((stream) => streams.delete(stream)))
  await nats.close()
}

async function copyNamespace(redisUrl: string, from: string, to: string): Promise<void> {
  const redis = bareRedis(redisUrl)
  const keys = redis.scanStream({ match: `${from}:*`, count: 1_000 })
  for await (const found of keys) {
    const pipeline = redis.pipeline()
    for (const key of found as readonly string[]) {
      pipeline.copy(key, to + key.slice(from.length), 'REPLACE')
    }
    await pipeline.exec()
  }
  redis.disconnect()
}
