import { randomBytes } from 'node:crypto'
import type { Backends } from '../environment/backends.ts'
import { connectRegistry } from '../registry/connect.ts'
import { MemoryBroker, MemoryMessenger } from '../registry/memory/memory-messenger.ts'
import { MemoryStore } from '../registry/memory/memory-store.ts'
import { MulticastRegistry } from '../registry/registry.ts'
import { startSubscribers } from '../subscribers/start-subscribers.ts'
import { SubscriberHost, type Subscribers } from '../subscribers/subscriber-host.ts'

/** A registry in a namespace of its own, and receivers for it. */
export interface Testbed {
  readonly namespace: string
  readonly registry: MulticastRegistry
  /** Starts receivers; once a testbed. In another process, or in this one where nothing leaves it. */
  startSubscribers(): Promise<Subscribers>
  /** Removes all of the namespace, unless other shares are using it, and closes everything. */
  close(): Promise<void>
}

/** A namespace that several shares of a load use at the same time. */
export interface SharedNamespace {
  readonly namespace: string
}

/**
 * Connects to the servers under test.
 * @param name is in the namespace, so that what is seen in Redis and NATS tells which test it is.
 * @param shared names a namespace that other shares use too, and that none of them clears.
 * @throws RegistryError `UNAVAILABLE` if they don't answer.
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
 * @param isKept whether `close` leaves what is registered for others.
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
