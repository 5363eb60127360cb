import type { GrowthCase } from '../../../src/core-bench/growth.ts'
import type { GrowthWorld } from '../../../src/core-bench/growth-world.ts'
import type { MulticastRegistry } from '../../../src/registry/registry.ts'

/** Subscriptions, one among n and all n. The world is one without registrations to speak of. */
export function subscriptionCases(
  worldOf: (size: number) => Promise<GrowthWorld>,
): readonly GrowthCase[] {
  /** One call in a registry that has n subscriptions. */
  const among = (
    what: string,
    run: (host: MulticastRegistry, world: GrowthWorld) => Promise<unknown>,
  ): GrowthCase => ({
    what,
    law: 'constant',
    prepare: async (size) => {
      const world = await worldOf(100)
      const host = await world.connect()
      await subscribeTo(host, size)
      return { run: () => run(host, world), close: () => host.close() }
    },
  })
  const withPatterns = async (size: number) => {
    const world = await worldOf(100)
    const host = await world.connect()
    await Promise.all(
      numbered(size).map((identity) => host.subscribeMatching(`${identity}-*`, () => {})),
    )
    return { world, host }
  }
  return [
    among('subscribe and unsubscribe, n subscribed', async (host) => {
      await (await host.subscribe('one-more', () => {})).unsubscribe()
    }),
    among('subscribeMatching and unsubscribe, n subscribed', async (host) => {
      await (await host.subscribeMatching('one-more-*', () => {})).unsubscribe()
    }),
    among('register, n subscribed', (host) => host.register('subscriber-6', {}, { replace: true })),
    {
      what: 'multicast to one of n that are subscribed',
      law: 'constant',
      prepare: async (size) => {
        const world = await worldOf(100)
        const host = await world.connect()
        await subscribeTo(host, size)
        const identity = `subscriber-of-${size}`
        await host.subscribe(identity, () => {})
        await host.register(identity, { subscribed: size }, { replace: true })
        return {
          run: () => world.registry.multicast({ subscribed: size }, 'cost growth'),
          close: async () => {
            await host.unregister(identity)
            await host.close()
          },
        }
      },
    },
    {
      what: 'subscribe to n and close',
      law: 'n log n',
      prepare: async (size) => {
        const world = await worldOf(100)
        return {
          run: async () => {
            const host = await world.connect()
            await subscribeTo(host, size)
            await host.close()
          },
        }
      },
    },
    {
      what: 'subscribe and unsubscribe n',
      law: 'n log n',
      prepare: async (size) => {
        const host = await (await worldOf(100)).connect()
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
      prepare: async (size) => ({
        run: async () => (await withPatterns(size)).host.close(),
      }),
    },
    {
      what: 'multicast to one, n patterns',
      law: 'n log n',
      because: 'its name is compared with each pattern',
      upTo: 10_000,
      prepare: async (size) => {
        const { world, host } = await withPatterns(size)
        const identity = `subscriber-7-${size}`
        await host.register(identity, { patterns: size }, { replace: true })
        return {
          run: () => world.registry.multicast({ patterns: size }, 'cost growth'),
          close: async () => {
            await host.unregister(identity)
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
