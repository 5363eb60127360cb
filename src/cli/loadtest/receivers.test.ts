import { expect, test } from 'vitest'
import { isIn, numbersIn } from '../../load/arrivals/shard.ts'
import type { CompiledFilter } from '../../registry/filter/compile.ts'
import { MemoryBroker, MemoryMessenger } from '../../registry/memory/memory-messenger.ts'
import { MemoryStore } from '../../registry/memory/memory-store.ts'
import { viewOf, type RegistrationView } from '../../registry/registration-view.ts'
import { MulticastRegistry } from '../../registry/registry.ts'
import type {
  RegistrationRequest,
  RegistrationTimes,
  SeenRegistration,
} from '../../registry/store.ts'
import { SubscriberHost } from '../../subscribers/subscriber-host.ts'
import { identitiesToRegister } from './operations.ts'
import { DEFAULTS, type LoadTestParameters } from './parameters.ts'
import { nameGateways, placeOf } from './receivers.ts'

const mixed: LoadTestParameters = {
  workload: {
    kind: 'mixed',
    ttlMs: 1_000,
    status: null,
    payload: '',
    withSubscribers: true,
    mix: DEFAULTS.mix,
  },
  namespace: 'loadtest',
  arrivals: 'constant',
  ratePerSecond: 50,
  durationMs: 5_000,
  warmUpMs: 1_000,
  timeoutMs: 5_000,
  maxInFlight: 100,
  seed: 3,
  slos: [],
  allowFailures: false,
  allowUndelivered: false,
}

test('shards host what they register, even if it was registered before', () => {
  const all = identitiesToRegister(mixed, { index: 0, of: 1 })
  // Half of the requests of 6 s.
  expect(all).toHaveLength(150)
  const shards = [0, 1, 2].map((index) => ({ index, of: 3 }))
  const parts = shards.map((shard) => identitiesToRegister(mixed, shard))
  expect(parts.flat().toSorted()).toEqual([...all].toSorted())
  for (const shard of shards) {
    expect(all.filter((identity) => isIn(shard, placeOf(identity)))).toEqual(parts[shard.index])
  }
})

test('every identity belongs to one shard', () => {
  const identities = ['a', 'loadtest-user-', 'loadtest-user-01', 'loadtest-user-1e3', 'user-7', 'é']
  for (const identity of identities) {
    const owners = numbersIn({ index: 0, of: 1 }, 5).filter((index) =>
      isIn({ index, of: 5 }, placeOf(identity)),
    )
    expect(owners).toHaveLength(1)
  }
})

/** A store whose clock is `aheadMs` ahead of this machine's, as that of another machine may be. */
class SkewedStore extends MemoryStore {
  readonly #aheadMs: number

  constructor(aheadMs: number) {
    super()
    this.#aheadMs = aheadMs
  }

  override async register(request: RegistrationRequest): Promise<RegistrationTimes> {
    return this.#asToldByIts(await super.register(request))
  }

  override async view(filter: CompiledFilter): Promise<RegistrationView> {
    const { matches } = await super.view(filter, null)
    return viewOf([...matches].map((registration) => this.#asToldByIts(registration)))
  }

  override moveTo(seen: SeenRegistration, gateway: string): Promise<boolean> {
    return super.moveTo({ ...seen, registeredAt: seen.registeredAt - this.#aheadMs }, gateway)
  }

  #asToldByIts<T extends RegistrationTimes>(times: T): T {
    const registeredAt = times.registeredAt + this.#aheadMs
    const expiresAt = times.expiresAt === null ? null : times.expiresAt + this.#aheadMs
    return { ...times, registeredAt, expiresAt }
  }
}

test.each([0, 180_000, -180_000])(
  'moves registrations to the current host and leaves the rest of them as it is, with a store %d ms ahead',
  async (aheadMs) => {
    const broker = new MemoryBroker()
    const registry = new MulticastRegistry({
      store: new SkewedStore(aheadMs),
      messenger: new MemoryMessenger(broker),
    })
    await registry.register('a', { n: 1 }, { ttlMs: 60_000 })
    await registry.register('b', { n: 2 }, { ttlMs: 0, gateway: broker.gatewayOf('ended') })
    await registry.register('c', { n: 3 }, { ttlMs: 60_000 })
    const before = (await registry.enumerate()).registrations
    const subscribers = new SubscriberHost(new MemoryMessenger(broker))
    await subscribers.host(['a', 'b'])
    expect(await nameGateways(registry, before, { kind: 'own', subscribers })).toBe(2)
    const { gateway } = subscribers
    const [a, b, c] = before
    const after = [{ ...a, gateway }, { ...b, gateway }, c]
    expect((await registry.enumerate()).registrations).toEqual(after)
    expect(await registry.multicast({ 'n.lt': 3 }, 'x')).toMatchObject({ deliveredCount: 2 })
    await subscribers.close()
    await registry.close()
  },
)

test('leaves a registration that its owner renewed meanwhile', async () => {
  const broker = new MemoryBroker()
  const registry = new MulticastRegistry({
    store: new MemoryStore(),
    messenger: new MemoryMessenger(broker),
  })
  for (const identity of ['anew', 'gone', 'same']) await registry.register(identity, {})
  const { registrations } = await registry.enumerate()
  const subscribers = new SubscriberHost(new MemoryMessenger(broker))
  await subscribers.host(['anew', 'gone', 'same'])
  await registry.register('anew', { n: 2 }, { replace: true, gateway: broker.gatewayOf('owners') })
  await registry.unregister('gone')
  expect(await nameGateways(registry, registrations, { kind: 'own', subscribers })).toBe(1)
  expect((await registry.enumerate()).registrations).toMatchObject([
    { identity: 'anew', metadata: { n: 2 }, gateway: broker.gatewayOf('owners') },
    { identity: 'same', gateway: subscribers.gateway },
  ])
  await subscribers.close()
  await registry.close()
})
