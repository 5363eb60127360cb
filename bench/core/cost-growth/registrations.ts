import { HOUR_MS } from '../measuring/core-test.ts'
import type { GrowthCase, Prepared } from '../measuring/growth.ts'
import { untilLoaded, type GrowthWorld } from '../measuring/growth-world.ts'

/** Registering among n stored registrations, connecting to them, and removing all. */
export function registrationCases(
  worldOf: (size: number) => Promise<GrowthWorld>,
  plainWorldOf: (size: number) => Promise<GrowthWorld>,
): readonly GrowthCase[] {
  /** One call among n stored registrations. */
  const constant = (what: string, callsOf: (world: GrowthWorld) => Prepared): GrowthCase => ({
    what,
    law: 'constant',
    prepare: async (size) => callsOf(await worldOf(size)),
  })
  const extra = 'someone-else'
  return [
    constant('register, new', ({ writer }) => ({
      before: () => writer.unregister(extra),
      run: () => writer.register(extra, {}, { ttlMs: HOUR_MS }),
    })),
    constant('register, refused: it exists', ({ writer, some, identityOf }) => ({
      run: () => writer.register(identityOf(some()), {}).catch(() => {}),
    })),
    {
      what: 'register, replace',
      law: 'constant',
      prepare: async (size) => {
        const { writer, some, identityOf, metadataOf } = await plainWorldOf(size)
        return {
          run: () => {
            const n = some()
            return writer.register(identityOf(n), metadataOf(n), { ttlMs: HOUR_MS, replace: true })
          },
        }
      },
    },
    constant('register, replace, with a gateway', (world) => ({
      run: () => {
        const n = world.some()
        const options = { ttlMs: HOUR_MS, replace: true, gateway: world.host.gateway }
        return world.writer.register(world.identityOf(n), world.metadataOf(n), options)
      },
    })),
    {
      what: 'register, with a quota',
      law: 'constant',
      prepare: async (size) => {
        const world = await worldOf(size)
        const limited = await world.connect({ limits: { maxIdentities: size + 10 } })
        return {
          before: () => limited.unregister(extra),
          run: () => limited.register(extra, {}, { ttlMs: HOUR_MS }),
          close: async () => {
            await limited.unregister(extra)
            await limited.close()
          },
        }
      },
    },
    {
      what: 'register, refused by a quota',
      law: 'constant',
      prepare: async (size) => {
        const world = await worldOf(size)
        const limited = await world.connect({ limits: { maxIdentities: 1 } })
        return {
          run: () => limited.register(extra, {}).catch(() => {}),
          close: () => limited.close(),
        }
      },
    },
    constant('heartbeat', ({ writer, some, identityOf }) => ({
      run: () => writer.heartbeat(identityOf(some()), HOUR_MS),
    })),
    constant('heartbeat, refused: not found', ({ writer }) => ({
      run: () => writer.heartbeat('nobody', HOUR_MS).catch(() => {}),
    })),
    constant('moveTo', (world) => {
      const { writer, registry, host } = world
      let moves = 0
      let seen: Parameters<typeof writer.moveTo>[0] = {
        identity: 'nobody',
        registeredAt: 0,
        gateway: null,
      }
      const see = async (): Promise<void> => {
        const [found] = (await registry.enumerate({ group: 0 }, { limit: 1 })).registrations
        seen = found ?? seen
      }
      return {
        before: see,
        run: () => writer.moveTo(seen, (moves++ % 2 === 0 ? writer : host).gateway),
        close: async () => {
          await see()
          await writer.moveTo(seen, host.gateway)
        },
      }
    }),
    constant('unregister', ({ writer }) => ({
      before: () => writer.register(extra, {}, { ttlMs: HOUR_MS, replace: true }),
      run: () => writer.unregister(extra),
    })),
    constant('connect and close', ({ connect }) => ({
      run: async () => (await connect()).close(),
    })),
    {
      what: 'connect, first enumerate, close',
      law: 'n log n',
      because: 'a new reader loads everything that is stored',
      prepare: async (size) => {
        const { connect } = await worldOf(size)
        return {
          run: async () => {
            const reader = await connect()
            await untilLoaded(() => reader.enumerate({ group: 0 }))
            await reader.close()
          },
        }
      },
    },
    {
      what: 'clear n',
      law: 'n log n',
      prepare: async (size) => {
        const { connect, namespace, copyTo } = await worldOf(size)
        const cleared = `${namespace}-cleared`
        const registry = await connect({ namespace: cleared })
        return {
          before: () => copyTo(cleared),
          run: () => registry.clear(),
          close: () => registry.close(),
        }
      },
    },
  ]
}
