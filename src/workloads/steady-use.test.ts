import { afterEach, expect, test, vi } from 'vitest'
import type { Arrivals } from '../load/arrivals/arrivals.ts'
import { burst } from '../load/arrivals/burst.ts'
import { constant } from '../load/arrivals/constant.ts'
import { ramp } from '../load/arrivals/ramp.ts'
import { layOut } from '../load/dispatch/schedule.ts'
import { StartedRequest } from '../load/dispatch/started-request.ts'
import { defineWorkload, type Operation, type Operations } from '../load/workload.ts'
import type { CompiledFilter } from '../registry/filter/compile.ts'
import { MemoryMessenger } from '../registry/memory/memory-messenger.ts'
import { MemoryStore } from '../registry/memory/memory-store.ts'
import { DeliveryStatuses } from '../registry/delivery-statuses.ts'
import type { DeliveryReport, DeliveryTarget, OutgoingMessage } from '../registry/messenger.ts'
import type { RegistrationView } from '../registry/registration-view.ts'
import { TargetSet } from '../registry/targets/target-set.ts'
import { MulticastRegistry } from '../registry/registry.ts'
import type { RegistrationRequest, RegistrationTimes } from '../registry/store.ts'
import { SubscriberHost } from '../subscribers/subscriber-host.ts'
import { population } from './population.ts'
import { tenant } from './tenant.ts'

/** The mutual effects of loads that re-register, list and send over their full length, in simulated time. */

/** The usual TTL: a list is complete to the end only if the load itself renews what it lists. */
const TTL_MS = 300_000
const WARM_UP_MS = 2_000
/** Values of `worker_id`, by which both workloads list. */
const WORKERS = 100

/** Records the lengths of requested lists. */
class ListedStore extends MemoryStore {
  readonly #ttlMs: number | null
  shortest = Infinity

  /** @param ttlMs overrides that of all registrations; `null` does not. */
  constructor(ttlMs: number | null) {
    super()
    this.#ttlMs = ttlMs
  }

  override register(request: RegistrationRequest): Promise<RegistrationTimes> {
    return super.register({ ...request, ttlMs: this.#ttlMs ?? request.ttlMs })
  }

  override async view(filter: CompiledFilter): Promise<RegistrationView> {
    const found = await super.view(filter, null)
    this.shortest = Math.min(this.shortest, found.matches.size)
    return found
  }

  override async selectTargets(filter: CompiledFilter): Promise<TargetSet> {
    const found = await super.selectTargets(filter)
    this.shortest = Math.min(this.shortest, found.size)
    return found
  }
}

/** Delivers at once. */
class InstantMessenger extends MemoryMessenger {
  override async send(
    _: OutgoingMessage,
    targets: Iterable<DeliveryTarget>,
  ): Promise<DeliveryReport> {
    const all = TargetSet.of(targets)
    const statuses = new DeliveryStatuses(all, { retried: false })
    for (const { number } of all) statuses.settle(number, true)
    return statuses.end()
  }
}

let simulatedMs = 0

function open(ttlMs: number | null): {
  readonly registry: MulticastRegistry
  readonly store: ListedStore
} {
  vi.spyOn(performance, 'now').mockImplementation(() => simulatedMs)
  const store = new ListedStore(ttlMs)
  return { registry: new MulticastRegistry({ store, messenger: new InstantMessenger() }), store }
}

afterEach(() => void vi.restoreAllMocks())

async function simulate(
  operations: Operations,
  arrivals: Arrivals,
  durationMs: number,
): Promise<void> {
  const { total, dueAtMs, numberOf } = layOut(arrivals, simulatedMs, WARM_UP_MS, durationMs)
  const workload = defineWorkload(operations, 1)
  for (let k = 0; k < total; k++) {
    simulatedMs = dueAtMs(k)
    const number = numberOf(k)
    const times = { intendedAtMs: simulatedMs, startedAtMs: simulatedMs }
    const request = new StartedRequest({ number, ...times, isWarmUp: false })
    await workload.run(workload.draw(number), request)
  }
}

const MINUTE_MS = 60_000

test.each([
  ['soak, for an hour,', constant(100), 60 * MINUTE_MS],
  ['burst', burst({ rate: 500, for: '10s', every: '60s' }), 10 * MINUTE_MS],
  ['ramp', ramp(100, 1_000, '9m'), 9 * MINUTE_MS],
] as const)('%s renews all that it lists, to its end', async (_, arrivals, durationMs) => {
  const { registry, store } = open(TTL_MS)
  const subscribers = new SubscriberHost(new InstantMessenger())
  await simulate(await population(registry, subscribers), arrivals, durationMs)
  expect(store.shortest).toBe(1_000 / WORKERS)
})

test('each of ten tenants renews everything it lists until the end', async () => {
  const operations: Record<string, Operation> = {}
  const stores: { readonly store: ListedStore; readonly size: number }[] = []
  for (let n = 0; n < 10; n++) {
    const { registry, store } = open(TTL_MS)
    const [size, weight] = n === 9 ? [2_000, 320] : [100, 20]
    operations[`tenant ${n + 1}`] = await tenant(registry, size, weight)
    stores.push({ store, size })
  }
  await simulate(operations, constant(500), 10 * MINUTE_MS)
  for (const { store, size } of stores) expect(store.shortest).toBe(size / WORKERS)
})

test('a population at 1 request/s stays complete for an hour', async () => {
  const { registry, store } = open(null)
  const subscribers = new SubscriberHost(new InstantMessenger())
  await simulate(await population(registry, subscribers), constant(1), 60 * MINUTE_MS)
  expect(store.shortest).toBe(1_000 / WORKERS)
})
