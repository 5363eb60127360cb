import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { GrowthCase } from '../measuring/growth.ts'
import { untilLoaded, type GrowthWorld } from '../measuring/growth-world.ts'
import type { Filter } from '../../../src/registry/filter/filter.ts'
import type { MulticastOptions, MulticastResult } from '../../../src/registry/multicast.ts'

/** Long enough that nothing times out. */
const TIMEOUT_MS = 60_000

/** How long a gateway waits for handlers before it sends a first receipt, in ms. */
const FIRST_RECEIPT_MS = 60

/** The recipients of a case, and their number. */
const TARGETS = [
  { to: '100 of n', law: 'constant', filter: { group: 0 } },
  { to: 'n', law: 'n log n', filter: {} },
] as const satisfies readonly {
  readonly to: string
  readonly law: string
  readonly filter: Filter
}[]

/** Options of a multicast to identities hosted by a gateway. */
const WAYS: Readonly<Record<string, () => MulticastOptions>> = {
  'at most once': () => ({}),
  'no receipts': () => ({ receipts: false }),
  'at least once': () => ({ delivery: 'at-least-once' }),
  'exactly once': () => ({ delivery: 'exactly-once' }),
  'at most once, messageId': () => ({ messageId: randomUUID() }),
  'at least once, messageId': () => ({ delivery: 'at-least-once', messageId: randomUUID() }),
  'exactly once, messageId': () => ({ delivery: 'exactly-once', messageId: randomUUID() }),
}

/** The worlds that multicasts are sent in. */
export interface MulticastWorlds {
  readonly hosted: (size: number) => Promise<GrowthWorld>
  readonly plain: (size: number) => Promise<GrowthWorld>
  readonly scattered: (size: number) => Promise<GrowthWorld>
  /** The address of a server that refuses messages to identities; `null` if it can't be started. */
  readonly refusingNats: string | null
}

/** Multicasts to 100 of n stored identities, and to all n. */
export function multicastCases(worlds: MulticastWorlds): readonly GrowthCase[] {
  return [
    ...Object.entries(WAYS).flatMap(([way, optionsOf]) =>
      TARGETS.map(({ to, law, filter }): GrowthCase => ({
        what: `multicast to ${to}, ${way}`,
        law,
        prepare: async (size) => {
          const { registry } = await worlds.hosted(size)
          const expected = way === 'no receipts' ? 'pendingCount' : 'deliveredCount'
          return {
            run: () => sendTo(registry, filter, optionsOf(), expected),
          }
        },
      })),
    ),
    {
      what: 'multicast to n, filtered by a comparison',
      law: 'n log n',
      prepare: async (size) => {
        const { registry } = await worlds.hosted(size)
        return { run: () => sendTo(registry, { 'rank.gte': 0 }, {}, 'deliveredCount') }
      },
    },
    {
      what: 'multicast to 100 of n, filtered by a comparison',
      law: 'n log n',
      because: 'no index answers it: each registration is compared',
      prepare: async (size) => {
        const { registry } = await worlds.hosted(size)
        return { run: () => sendTo(registry, { 'rank.lt': 100 }, {}, 'deliveredCount') }
      },
    },
    {
      what: 'multicast to n, handlers that end one by one',
      law: 'n log n',
      prepare: (size) => slowly(worlds.hosted, size),
    },
    ...TARGETS.flatMap(({ to, law, filter }): readonly GrowthCase[] => [
      {
        what: `multicast to ${to}, by their own subjects`,
        law,
        prepare: async (size) => {
          const { registry, host } = await worlds.plain(size)
          const subscription = await host.subscribeMatching('*', () => {})
          return {
            run: () => sendTo(registry, filter, {}, 'deliveredCount'),
            close: () => subscription.unsubscribe(),
          }
        },
      },
      {
        what: `multicast to ${to}, no subscribers`,
        law,
        prepare: async (size) => {
          const { registry } = await worlds.plain(size)
          return { run: () => sendTo(registry, filter, {}, 'failedCount') }
        },
      },
      {
        what: `multicast to ${to}, each by a gateway that is gone`,
        law,
        prepare: async (size) => {
          const { registry } = await worlds.scattered(size)
          return { run: () => sendTo(registry, filter, {}, 'failedCount') }
        },
      },
      ...(worlds.refusingNats === null
        ? []
        : [refusedCase(worlds, worlds.refusingNats, `multicast to ${to}, refused`, law, filter)]),
    ]),
  ]
}

function refusedCase(
  { plain }: MulticastWorlds,
  refusingNats: string,
  what: string,
  law: GrowthCase['law'],
  filter: Filter,
): GrowthCase {
  return {
    what,
    law,
    prepare: async (size) => {
      const { connect } = await plain(size)
      const registry = await connect({ natsUrls: [refusingNats] })
      await untilLoaded(() => registry.enumerate({}, { limit: 1 }))
      return {
        run: () => sendTo(registry, filter, {}, 'failedCount'),
        close: () => registry.close(),
      }
    },
  }
}

/** Handlers that end one per turn of the event loop, after the first receipt was sent. */
async function slowly(worldOf: MulticastWorlds['hosted'], size: number) {
  const { registry, host } = await worldOf(size)
  let queue: Promise<void> = Promise.resolve()
  const subscription = await host.subscribeMatching('user-*', () => {
    queue = queue.then(() => new Promise((resolve) => setImmediate(resolve)))
    return queue
  })
  return {
    run: async () => {
      // The first receipt is sent before the first of them ends, so that each turn has a receipt of its own.
      queue = delay(FIRST_RECEIPT_MS)
      await sendTo(registry, {}, {}, 'deliveredCount')
    },
    close: () => subscription.unsubscribe(),
  }
}

async function sendTo(
  registry: GrowthWorld['registry'],
  filter: Filter,
  options: MulticastOptions,
  expected: 'deliveredCount' | 'pendingCount' | 'failedCount',
): Promise<void> {
  const result: MulticastResult = await registry.multicast(filter, 'cost growth', {
    timeoutMs: TIMEOUT_MS,
    ...options,
  })
  if (result[expected] === result.targetCount && result.targetCount > 0) return
  throw new Error(
    `Only ${result[expected]} of ${result.targetCount} targets have the expected status.`,
  )
}
