import { enumerate } from '../../workloads/enumerate.ts'
import { mixed } from '../../workloads/mixed.ts'
import { multicastByReceipts } from '../../workloads/multicast-by-receipts.ts'
import { multicast } from '../../workloads/multicast.ts'
import { requireTargets } from '../../workloads/require-targets.ts'
import { loadTestIdentity, register } from '../../workloads/register.ts'
import { countDueBefore } from '../../load/arrivals/arrivals.ts'
import { countIn, numberInWhole, numbersIn, type Shard } from '../../load/arrivals/shard.ts'
import { defineWorkload, type Operation, type Operations } from '../../load/workload.ts'
import type { Filter } from '../../registry/filter/filter.ts'
import type { MulticastRegistry } from '../../registry/registry.ts'
import { arrivalsOf } from './check-parameters.ts'
import type { LoadTestParameters, WorkloadParameters } from './parameters.ts'
import { gatewaysOf, type Receivers } from './receivers.ts'

/** Selects the identities that a workload lists and sends to. */
export function filterOf(workload: WorkloadParameters): Filter {
  return 'status' in workload && workload.status !== null ? { status: workload.status } : {}
}

/**
 * A load's operations, from `src/workloads`, as in a scenario.
 * @param hasTargets whether the load began with targets: then every request must find some.
 */
export function operationsOf(
  workload: WorkloadParameters,
  registry: MulticastRegistry,
  receivers: Receivers,
  shard: Shard,
  hasTargets: boolean,
): Operations {
  const filter = filterOf(workload)
  const gateway = gatewaysOf(receivers)
  // A mixed load registers its own targets, and may send before there are any.
  const addressed = hasTargets && workload.kind !== 'mixed' ? requireTargets(registry) : registry
  const sendAs = (payload: string): Operation =>
    receivers.kind === 'own'
      ? multicast(addressed, receivers.subscribers, { filter, payload, shard })
      : multicastByReceipts(addressed, { filter, payload })
  switch (workload.kind) {
    case 'register':
      return { register: register(registry, { ttlMs: workload.ttlMs, gateway }) }
    case 'enumerate':
      return { enumerate: enumerate(addressed, filter) }
    case 'multicast':
      return { multicast: sendAs(workload.payload) }
    case 'mixed':
      return mixed(
        {
          register: register(registry, { ttlMs: workload.ttlMs, gateway }),
          enumerate: enumerate(registry, filter),
          multicast: sendAs(workload.payload),
        },
        workload.mix,
      )
  }
}

/** The identities that a load, or a shard's own requests, will register. */
export function identitiesToRegister(
  parameters: LoadTestParameters,
  shard: Shard,
): readonly string[] {
  const { workload, warmUpMs, durationMs, seed } = parameters
  if (workload.kind !== 'register' && workload.kind !== 'mixed') return []
  const arrivals = arrivalsOf(parameters)
  const requests = countDueBefore(arrivals, warmUpMs) + countDueBefore(arrivals, durationMs)
  if (workload.kind === 'register') return numbersIn(shard, requests).map(loadTestIdentity)
  const nothing = { run: () => Promise.resolve() }
  const kinds = { register: nothing, enumerate: nothing, multicast: nothing }
  const { draw } = defineWorkload(mixed(kinds, workload.mix), seed)
  const identities: string[] = []
  for (let j = 0; j < countIn(shard, requests); j += 1) {
    const number = numberInWhole(shard, j)
    if (draw(number) === 'register') identities.push(loadTestIdentity(number))
  }
  return identities
}
