import { HOUR_MS } from '../measuring/core-test.ts'
import type { GrowthCase, Prepared } from '../measuring/growth.ts'
import { untilLoaded, type GrowthWorld } from '../measuring/growth-world.ts'
import type { Filter } from '../../../src/registry/filter/filter.ts'
import type { WatchOptions } from '../../../src/registry/watch/watch-options.ts'

/** The most that one process may have; each buffers unread events. */
const MAX_WATCHES = 10_000

/** Watches among n registrations, of all n, and n of them. */
export function watchCases(worldOf: (size: number) => Promise<GrowthWorld>): readonly GrowthCase[] {
  /** Time from a change until each of these watches has reported it. */
  const changeTo = (
    what: string,
    law: GrowthCase['law'],
    filter: Filter,
    watchersOf: (size: number) => number,
  ): GrowthCase => ({
    what,
    law,
    prepare: async (size) => changeToWatches(await worldOf(size), filter, watchersOf(size)),
  })
  /** Time from the call until `current`. */
  const opening = (
    what: string,
    law: GrowthCase['law'],
    filter: Filter,
    options: WatchOptions = {},
  ): GrowthCase => ({
    what,
    law,
    prepare: async (size) => {
      const { registry } = await worldOf(size)
      return { run: () => readCurrent(registry, filter, options) }
    },
  })
  return [
    changeTo('a change to a watch of all, n stored', 'constant', {}, () => 1),
    changeTo('a change to a watch by equality, n stored', 'constant', { group: 0 }, () => 1),
    changeTo(
      'a change to a watch by a comparison, n stored',
      'constant',
      { 'rank.lt': 100 },
      () => 1,
    ),
    { ...changeTo('a change to n watches', 'n log n', {}, (size) => size), upTo: MAX_WATCHES },
    opening('watch, changes only, n stored', 'constant', {}, { initial: false }),
    opening('watch 100 of n', 'constant', { group: 0 }),
    opening('watch all n', 'n log n', {}),
    opening('watch all n, with renewals', 'n log n', {}, { renewals: true }),
    {
      what: 'watch, resumed after two changes, n stored',
      law: 'constant',
      prepare: async (size) => {
        const { registry, writer, identityOf } = await worldOf(size)
        let from = await readCurrent(registry, {}, { initial: false })
        return {
          before: async () => {
            await writer.heartbeat(identityOf(1), HOUR_MS)
            await writer.heartbeat(identityOf(2), HOUR_MS)
          },
          run: async () => {
            from = await readCurrent(registry, {}, { from, renewals: true })
          },
        }
      },
    },
    {
      what: 'open and end n watches',
      law: 'n log n',
      upTo: MAX_WATCHES,
      prepare: async (size) => {
        const world = await worldOf(100)
        let registry = world.registry
        return {
          before: async () => {
            registry = await untilLoaded(() => world.connect())
          },
          run: async () => {
            const streams = Array.from({ length: size }, () =>
              registry.watch({}, { initial: false }),
            )
            await Promise.all(streams.map((stream) => stream.next()))
            for (const stream of streams) await stream.return?.()
            await registry.close()
          },
        }
      },
    },
  ]
}

async function changeToWatches(
  { connect, writer, host, identityOf }: GrowthWorld,
  filter: Filter,
  count: number,
): Promise<Prepared> {
  const registry = await connect()
  await untilLoaded(() => registry.enumerate({}, { limit: 1 }))
  const streams = Array.from({ length: count }, () => registry.watch(filter, { initial: false }))
  // The first event is `current`.
  await Promise.all(streams.map((stream) => stream.next()))
  let step = 0
  return {
    run: async () => {
      step += 1
      const told = streams.map((stream) => stream.next())
      const metadata = { group: 0, rank: 0, step }
      const options = { replace: true, ttlMs: HOUR_MS, gateway: host.gateway }
      await writer.register(identityOf(0), metadata, options)
      await Promise.all(told)
    },
    close: () => registry.close(),
  }
}

/** Opens a watch and reads until `current`; returns that event's token. */
async function readCurrent(
  registry: GrowthWorld['registry'],
  filter: Filter,
  options: WatchOptions,
): Promise<string> {
  for await (const event of registry.watch(filter, options)) {
    if (event.type === 'current') return event.token
  }
  throw new Error('the watch ended')
}
