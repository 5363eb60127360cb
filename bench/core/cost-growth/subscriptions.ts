import { HOUR_MS } from '../measuring/core-test.ts'
import type { GrowthCase, Prepared } from '../measuring/growth.ts'
import { untilLoaded, type GrowthWorld } from '../measuring/growth-world.ts'
import type { MulticastRegistry } from '../../../src/registry/registry.ts'

/** Registries with n subscriptions each, shared by several cases. */
export interface SubscribedHosts {
  readonly of: (size: number) => Promise<MulticastRegistry>
  readonly close: () => Promise<void>
}

/** Connects and subscribes each on first use. */
export function subscribedHosts({ connect }: GrowthWorld): SubscribedHosts {
  const opened = new Map<number, Promise<MulticastRegistry>>()
  const open = async (size: number): Promise<MulticastRegistry> => {
    const host = await connect()
    await subscribeTo(host, size)
    return host
  }
  return {
    of: (size) => {
      const host = opened.get(size) ?? open(size)
      opened.set(size, host)
      return host
    },
    close: async () => {
      for (const host of opened.values()) await (await host).close()
    },
  }
}

/** Subscribing one among n, and all n. */
export function subscriptionCases(
  { connect, registry }: GrowthWorld,
  hosts: SubscribedHosts,
): readonly GrowthCase[] {
  /** Work of a new registry with n subscriptions, and its close. */
  const thenClose =
    (work: (host: MulticastRegistry, size: number) => Promise<unknown>) =>
    async (size: number): Promise<Prepared> => {
      let host = registry
      return {
        before: async () => {
          host = await untilLoaded(connect)
        },
        run: async () => {
          await work(host, size)
          await host.close()
        },
      }
    }
  /** One call in a registry with n subscriptions. */
  const among = (what: string, run: (host: MulticastRegistry) => Promise<unknown>): GrowthCase => ({
    what,
    law: 'constant',
    prepare: async (size) => {
      const host = await hosts.of(size)
      return { run: () => run(host) }
    },
  })
  const subscribeToPatterns = async (host: MulticastRegistry, size: number): Promise<void> => {
    await Promise.all(
      numbered(size).map((identity) => host.subscribeMatching(`${identity}-*`, () => {})),
    )
  }
  /** A multicast to one identity that a registry hosts. */
  const sendToOne = async (host: MulticastRegistry, identity: string): Promise<Prepared> => {
    await host.register(identity, { identity }, { replace: true, ttlMs: HOUR_MS })
    return {
      run: async () => {
        const { deliveredCount } = await registry.multicast({ identity }, 'cost growth')
        if (deliveredCount !== 1) throw new Error(`${identity} did not get its message.`)
      },
      close: () => host.unregister(identity),
    }
  }
  return [
    among('subscribe and unsubscribe, n subscribed', async (host) => {
      await (await host.subscribe('one-more', () => {})).unsubscribe()
    }),
    among('subscribeMatching and unsubscribe, n subscribed', async (host) => {
      await (await host.subscribeMatching('one-more-*', () => {})).unsubscribe()
    }),
    among('register and unregister, n subscribed', async (host) => {
      await host.register('subscriber-6', {}, { replace: true })
      await host.unregister('subscriber-6')
    }),
    {
      what: 'multicast to one of n that are subscribed',
      law: 'constant',
      prepare: async (size) => {
        const host = await hosts.of(size)
        await host.subscribe(`subscriber-of-${size}`, () => {})
        return sendToOne(host, `subscriber-of-${size}`)
      },
    },
    {
      what: 'subscribe to n and close',
      law: 'n log n',
      prepare: thenClose(subscribeTo),
    },
    {
      what: 'subscribe and unsubscribe n',
      law: 'n log n',
      prepare: async (size) => {
        const host = await connect()
        return {
          run: async () => {
            const subscriptions = await Promise.all(
              numbered(size).map((identity) => host.subscribe(identity, () => {})),
            )
            await Promise.all(subscriptions.map((each) => each.unsubscribe()))
          },
          close: () => host.close(),
        }
      },
    },
    {
      what: 'subscribeMatching of n patterns, and close',
      law: 'n log n',
      upTo: 10_000,
      prepare: thenClose(subscribeToPatterns),
    },
    {
      what: 'multicast to one, n patterns',
      law: 'n log n',
      because: 'its name is compared with each pattern',
      upTo: 10_000,
      prepare: async (size) => {
        const host = await connect()
        await subscribeToPatterns(host, size)
        const { run, close } = await sendToOne(host, `subscriber-7-${size}`)
        return {
          run,
          close: async () => {
            await close?.()
            await host.close()
          },
        }
      },
    },
  ]
}

async function subscribeTo(host: MulticastRegistry, count: number): Promise<void> {
  await Promise.all(numbered(count).map((identity) => host.subscribe(identity, () => {})))
}

function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `subscriber-${n}`)
}
