import { randomBytes } from 'node:crypto'
import type { Backends } from '../environment/backends.ts'
import { connectRegistry } from '../registry/connect.ts'
import { MemoryBroker, MemoryMessenger } from '../registry/memory/memory-messenger.ts'
import { MemoryStore } from '../registry/memory/memory-store.ts'
import { deleteDurableStreams } from '../registry/nats/durable/delete-streams.ts'
import { DEFAULT_SUBJECT_PREFIX, Subjects } from '../registry/nats/subjects.ts'
import { connectRedisStore } from '../registry/redis/redis-store.ts'
import { MulticastRegistry } from '../registry/registry.ts'
import { EnvironmentError } from '../environment/environment-error.ts'
import type { RoutedServers } from '../environment/network/routed-backends.ts'
import { Gateway } from '../subscribers/gateway.ts'
import { startSubscribers } from '../subscribers/start-subscribers.ts'
import { SubscriberHost, type Subscribers } from '../subscribers/subscriber-host.ts'
import { RegistrationLedger, type AuditedStore } from './ledgers/registration-ledger.ts'

/** A registry in its own namespace, and subscribers for it. */
export interface Testbed {
  readonly namespace: string
  readonly registry: MulticastRegistry
  /** Looks registrations up in this namespace. */
  readonly ledger: RegistrationLedger
  /** Starts subscribers, once per testbed: in another process, or in this one for the memory backend. */
  startSubscribers(): Promise<Subscribers>
  /**
   * Starts subscribers whose process faults can act on, once per testbed.
   * @throws EnvironmentError for the memory backend.
   */
  startGateway(): Promise<Gateway>
  /** Clears the namespace unless other shards use it, and closes everything. */
  close(): Promise<void>
}

/** A namespace used by several shards of a load at once. */
export interface SharedNamespace {
  readonly namespace: string
}

/** How a testbed's clients connect. */
export interface TestbedRoute {
  /** By proxies in front of the servers; `null`: directly. */
  readonly network: RoutedServers | null
  /** Whether the registry can send exactly-once; takes JetStream. */
  readonly isDurable: boolean
}

const DIRECT: TestbedRoute = { network: null, isDurable: false }

/**
 * Connects to the servers under test.
 * @param name becomes part of the namespace, which identifies the test in Redis and NATS.
 * @param shared a namespace that other shards use too; none of them clears it.
 * @throws RegistryError `UNAVAILABLE` if the servers don't answer.
 */
export async function openTestbed(
  backends: Backends,
  name: string,
  shared: SharedNamespace | null = null,
  route: TestbedRoute = DIRECT,
): Promise<Testbed> {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 32)
  const namespace =
    shared === null
      ? `loadtest-${slug}-${randomBytes(3).toString('hex')}`
      : `${shared.namespace}-${slug}`
  return openNamespace(backends, namespace, shared !== null, route)
}

/**
 * Connects to a namespace of the servers under test.
 * @param isKept whether `close` keeps the registrations for others.
 * @throws RegistryError `UNAVAILABLE` if the servers don't answer.
 */
export async function openNamespace(
  backends: Backends,
  namespace: string,
  isKept: boolean,
  { network, isDurable }: TestbedRoute = DIRECT,
): Promise<Testbed> {
  const broker = new MemoryBroker(namespace)
  const memory = new MemoryStore()
  const reached = network?.backends ?? backends
  // Those that a cluster announces are not the proxies.
  const ignoreClusterUpdates = network !== null
  const durability = isDurable ? { durability: {} } : {}
  const registry =
    reached.kind === 'memory'
      ? new MulticastRegistry({
          store: memory,
          messenger: new MemoryMessenger(broker, durability.durability),
        })
      : await connectRegistry({
          redisUrl: reached.redisUrl,
          natsUrls: reached.natsUrls,
          namespace,
          ignoreClusterUpdates,
          ...(network === null ? {} : { redisAddressMap: network.redisAddressMap }),
          ...durability,
        })
  let subscribers: Promise<Subscribers> | null = null
  let gateway: Promise<Gateway> | null = null
  return {
    namespace,
    registry,
    ledger: new RegistrationLedger(() => openAudited(backends, namespace, memory)),
    startGateway: () => {
      gateway ??= startGateway(reached, namespace, ignoreClusterUpdates)
      return gateway
    },
    startSubscribers: () => {
      subscribers ??=
        reached.kind === 'memory'
          ? Promise.resolve(new SubscriberHost(new MemoryMessenger(broker)))
          : startSubscribers(reached.natsUrls, namespace, { ignoreClusterUpdates })
      return subscribers
    },
    close: async () => {
      const hosted = await subscribers?.catch(() => null)
      await hosted?.close()
      const target = await gateway?.catch(() => null)
      await target?.close()
      try {
        if (!isKept) await registry.clear()
      } finally {
        await registry.close()
      }
      if (isKept || !isDurable || backends.kind === 'memory') return
      const subjects = new Subjects(DEFAULT_SUBJECT_PREFIX, namespace)
      await deleteDurableStreams(backends.natsUrls, subjects)
    },
  }
}

/** A connection of its own, which reads from the server each time. */
async function openAudited(
  backends: Backends,
  namespace: string,
  memory: MemoryStore,
): Promise<AuditedStore> {
  if (backends.kind === 'memory') {
    return { lookUp: (identities) => memory.lookUp(identities), close: async () => {} }
  }
  return connectRedisStore({ nodes: backends.redisUrl.split(','), namespace, strategy: 'scan' })
}

async function startGateway(
  backends: Backends,
  namespace: string,
  ignoreClusterUpdates: boolean,
): Promise<Gateway> {
  if (backends.kind !== 'memory') {
    return Gateway.start(backends.natsUrls, namespace, ignoreClusterUpdates)
  }
  throw new EnvironmentError(
    'gateway: there is no process to kill or pause, because no real server is measured. Choose one with --backend programs, containers or cluster.',
  )
}
