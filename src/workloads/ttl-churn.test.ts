import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { StartedRequest } from '../load/dispatch/started-request.ts'
import type { Operation } from '../load/workload.ts'
import { MemoryBroker, MemoryMessenger } from '../registry/memory/memory-messenger.ts'
import { MemoryStore } from '../registry/memory/memory-store.ts'
import { MulticastRegistry } from '../registry/registry.ts'
import { viewOf, type RegistrationView } from '../registry/registration-view.ts'
import type { RegistrationRequest, RegistrationTimes } from '../registry/store.ts'
import { TargetSet } from '../registry/targets/target-set.ts'
import { TtlChurn } from './ttl-churn.ts'

/** The store's time, so that no pause of this process lets anything expire. */
let simulatedMs = 0

beforeEach(() => void vi.spyOn(performance, 'now').mockImplementation(() => simulatedMs))
afterEach(() => void vi.restoreAllMocks())

/** Says when a registration ends, and keeps it for longer. */
class LateStore extends MemoryStore {
  override async register(request: RegistrationRequest): Promise<RegistrationTimes> {
    const { registeredAt } = await super.register({ ...request, ttlMs: 60_000 })
    return { registeredAt, expiresAt: registeredAt + request.ttlMs }
  }
}

/** Lists nothing. */
class BlindStore extends MemoryStore {
  override async view(): Promise<RegistrationView> {
    return viewOf([])
  }

  override async selectTargets(): Promise<TargetSet> {
    return TargetSet.of([])
  }
}

async function churnOn(store: MemoryStore): Promise<TtlChurn> {
  const messenger = new MemoryMessenger(new MemoryBroker())
  const churn = await TtlChurn.start(new MulticastRegistry({ store, messenger }))
  const [register, enumerate, multicast] = [
    churn.register(1),
    churn.enumerate(1),
    churn.multicast(1),
  ]
  await run(register, 0)
  simulatedMs += 250
  await run(register, 1)
  await run(enumerate, 2)
  await run(multicast, 3)
  return churn
}

async function run({ run: operation }: Operation, number: number): Promise<void> {
  const request = new StartedRequest({ number, intendedAtMs: 0, startedAtMs: 0, isWarmUp: false })
  await operation(request)
}

test('detects late expiry in enumerations, targets and deliveries', async () => {
  const { expiredYet } = (await churnOn(new LateStore())).findings
  expect(new Set(expiredYet.map(({ where }) => where))).toEqual(
    new Set(['enumerated', 'targeted', 'delivered to']),
  )
  expect(new Set(expiredYet.map(({ identity }) => identity))).toEqual(new Set(['churn-0']))
})

test('accepts a store that expires in time, after seeing live and expired identities', async () => {
  const { findings } = await churnOn(new MemoryStore())
  expect(findings).toEqual({ expiredYet: [], leftOut: [], expired: 1, listed: 1, delivered: 1 })
})

test('detects live identities missing from lists and multicasts', async () => {
  const churn = await TtlChurn.start(
    new MulticastRegistry({ store: new BlindStore(), messenger: new MemoryMessenger() }),
  )
  await run(churn.register(1), 7)
  await run(churn.enumerate(1), 8)
  await run(churn.multicast(1), 9)
  await run(churn.enumerate(1), 10)
  const { leftOut, expiredYet } = churn.findings
  expect(leftOut.map(({ where, identity }) => [where, identity])).toEqual([
    ['enumerated', 'churn-7'],
    ['targeted', 'churn-7'],
  ])
  expect(expiredYet).toEqual([])
})
