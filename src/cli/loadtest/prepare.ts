import type { Backends } from '../../environment/backends.ts'
import { isIn, type Shard } from '../../load/arrivals/shard.ts'
import type { Operations } from '../../load/workload.ts'
import { findSubscribers } from '../../subscribers/find-subscribers.ts'
import type { Testbed } from '../../workloads/testbed.ts'
import { whoIsRegistered, whoReceives } from './notices.ts'
import { filterOf, identitiesToRegister, operationsOf } from './operations.ts'
import type { LoadTestParameters } from './parameters.ts'
import { nameGateways, placeOf, type Receivers } from './receivers.ts'

/** A load that is ready to begin. */
export interface PreparedLoad {
  readonly operations: Operations
  /** Shown to the user before it begins. */
  readonly notices: readonly string[]
}

/**
 * Finds or starts subscribers, and moves existing registrations to them.
 * @throws RegistryError `UNAVAILABLE` if a server is unreachable.
 */
export async function prepare(
  parameters: LoadTestParameters,
  testbed: Testbed,
  backends: Backends,
  shard: Shard,
): Promise<PreparedLoad> {
  const { workload, namespace } = parameters
  const { registry } = testbed
  const { registrations } = await registry.enumerate()
  const own = registrations.filter(({ identity }) => isIn(shard, placeOf(identity)))
  const receivers = await receiversOf(parameters, testbed, backends)
  let hosted = 0
  if (receivers.kind === 'own') {
    const registered = own.map(({ identity }) => identity)
    const all = new Set([...registered, ...identitiesToRegister(parameters, shard)])
    await receivers.subscribers.host([...all])
    hosted = all.size
  }
  if (workload.kind !== 'enumerate') await nameGateways(registry, own, receivers)
  const { totalCount } = await registry.enumerate(filterOf(workload))
  const found = { registered: registrations.length, matching: totalCount }
  return {
    operations: operationsOf(workload, registry, receivers, shard, totalCount > 0),
    notices: [
      ...whoReceives(receivers, hosted),
      whoIsRegistered(workload, namespace, found, backends) ?? [],
    ].flat(),
  }
}

async function receiversOf(
  { workload, namespace }: LoadTestParameters,
  testbed: Testbed,
  backends: Backends,
): Promise<Receivers> {
  if ('withSubscribers' in workload && workload.withSubscribers) {
    return { kind: 'own', subscribers: await testbed.startSubscribers() }
  }
  if (backends.kind === 'memory' || workload.kind === 'enumerate')
    return { kind: 'found', found: [] }
  return {
    kind: 'found',
    found: await findSubscribers(backends.natsUrls, namespace),
  }
}
