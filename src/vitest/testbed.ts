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
  /** Removes all of the namespace and closes everything. */
  close(): Promise<void>
}

/**
 * Connects to the servers under test.
 * @param name is in the namespace, so that what is seen in Redis and NATS tells which test it is.
 * @throws RegistryError `UNAVAILABLE` if they don't answer.
 */
export async function openTestbed(backends: Backends, name: string): Promise<Testbed> {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 32)
  const namespace = `loadtest-${slug}-${randomBytes(3).toString('hex')}`
  const subjectPrefix = `prism.multicast.${namespace}`
  const broker = new MemoryBroker()
  const registry =
    backends.kind === 'memory'
      ? new MulticastRegistry({
          store: new MemoryStore(),
          messenger: new MemoryMessenger(broker),
        })
      : await connectRegistry({ ...backends, namespace, subjectPrefix })
  let subscribers: Promise<Subscribers> | null = null
  return {
    namespace,
    registry,
    startSubscribers: () => {
      subscribers ??=
        backends.kind === 'memory'
          ? Promise.resolve(new SubscriberHost(new MemoryMessenger(broker)))
          : startSubscribers(backends.natsUrls, subjectPrefix)
      return subscribers
    },
    close: async () => {
      const hosted = await subscribers?.catch(() => null)
      await hosted?.close()
      try {
        await registry.clear()
      } finally {
        await registry.close()
      }
    },
  }
}
