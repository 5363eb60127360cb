import { randomBytes } from 'node:crypto'
import type { Backends } from '../environment/backends.ts'
import { connectRegistry } from '../registry/connect.ts'
import { MemoryBroker, MemoryMessenger } from '../registry/memory/memory-messenger.ts'
import { MemoryStore } from '../registry/memory/memory-store.ts'
import { MulticastRegistry } from '../registry/registry.ts'
import { startSubscribers } from '../subscribers/start-subscribers.ts'
import { SubscriberHost, type Subscribers } from '../subscribers/subscriber-host.ts'

/** A registry in its own namespace, and subscribers for it. */
export interface Testbed {
  readonly namespace: string
  readonly registry: MulticastRegistry
  /** Starts subscribers, once per testbed: in another process, or in this one for the memory backend. */
  startSubscribers(): Promise<Subscribers>
  /** Clears the namespace unless other shards use it, and closes everything. */
  close(): Promise<void>
}

/** A namespace used by several shards of a load at once. */
export interface SharedNamespace {
  readonly namespace: string
}

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
): Promise<Testbed> {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 32)
  const namespace =
    shared === null
      ? `loadtest-${slug}-${randomBytes(3).toString('hex')}`
      : `${shared.namespace}-${slug}`
  return openNamespace(backends, namespace, shared !== null)
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
): Promise<Testbed> {
  const broker = new MemoryBroker(namespace)
  const registry =
    backends.kind === 'memory'
      ? new MulticastRegistry({
          store: new MemoryStore(),
          messenger: new MemoryMessenger(broker),
        })
      : await connectRegistry({
          redisUrl: backends.redisUrl,
          natsUrls: backends.natsUrls,
          namespace,
        })
  let subscribers: Promise<Subscribers> | null = null
  return {
    namespace,
    registry,
    startSubscribers: () => {
      subscribers ??=
        backends.kind === 'memory'
          ? Promise.resolve(new SubscriberHost(new MemoryMessenger(broker)))
          : startSubscribers(backends.natsUrls, namespace)
      return subscribers
    },
    close: async () => {
      const hosted = await subscribers?.catch(() => null)
      await hosted?.close()
      try {
        if (!isKept) await registry.clear()
      } finally {
        await registry.close()
      }
    },
  }
}
