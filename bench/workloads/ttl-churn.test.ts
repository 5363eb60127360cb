import { expect, test } from 'vitest'
import type { LoadRequest, Operation } from '../../src/load/workload.ts'
import { MemoryBroker, MemoryMessenger } from '../../src/registry/memory/memory-messenger.ts'
import { MemoryStore } from '../../src/registry/memory/memory-store.ts'
import { MulticastRegistry } from '../../src/registry/registry.ts'
import type { RegistrationRequest, RegistrationTimes } from '../../src/registry/store.ts'
import { TtlChurn } from './ttl-churn.ts'

/** Says when a registration ends, and keeps it for longer. */
class LateStore extends MemoryStore {
  override async register(request: RegistrationRequest): Promise<RegistrationTimes> {
    const { registeredAt } = await super.register({ ...request, ttlMs: 60_000 })
    return { registeredAt, expiresAt: registeredAt + request.ttlMs }
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
  await new Promise((resolve) => setTimeout(resolve, 250))
  await run(register, 1)
  await run(enumerate, 2)
  await run(multicast, 3)
  return churn
}

async function run({ run: operation }: Operation, number: number): Promise<void> {
  const request: LoadRequest = { number, intendedAtMs: 0, startedAtMs: 0, isWarmUp: false }
  await operation(request)
}

test('a store that expires late is found out by each of the three ways to see it', async () => {
  const { expiredYet } = (await churnOn(new LateStore())).findings
  expect(new Set(expiredYet.map(({ where }) => where))).toEqual(
    new Set(['enumerated', 'targeted', 'delivered to']),
  )
  expect(new Set(expiredYet.map(({ identity }) => identity))).toEqual(new Set(['churn-0']))
})

test('a store that expires in time is not, and the check has seen one come and one go', async () => {
  const { findings } = await churnOn(new MemoryStore())
  expect(findings).toEqual({ expiredYet: [], expired: 1, listed: 1, delivered: 1 })
})
