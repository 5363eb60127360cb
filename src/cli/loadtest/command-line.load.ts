import { inject } from 'vitest'
import type { Duration } from '../../load/duration.ts'
import { test as base } from '../../vitest/registry-test.ts'
import { openNamespace, type Testbed } from '../../workloads/testbed.ts'
import { arrivalsOf } from './check-parameters.ts'
import { nobodyReceived } from './notices.ts'
import { prepare } from './prepare.ts'
import { reachedNobody } from './receivers.ts'

/** The scenario that `prism-loadtest register`, `enumerate`, `multicast` and `mixed` run. */
const parameters = inject('loadTest')
const { workload, namespace, durationMs, warmUpMs, timeoutMs, maxInFlight, seed, slos } = parameters
const { allowFailures, allowUndelivered } = parameters

/** Time before a load begins and after it ends, in ms. */
const AROUND_MS = 3_600_000

const test = base.extend('testbed', async ({ backends }, { onCleanup }): Promise<Testbed> => {
  const testbed = await openNamespace(backends, namespace, true)
  onCleanup(() => testbed.close())
  return testbed
})

test(
  workload.kind,
  { timeout: warmUpMs + durationMs + AROUND_MS },
  async ({ load, testbed, backends, shard, annotate }) => {
    const { operations, notices } = await prepare(parameters, testbed, backends, shard)
    for (const notice of notices) await annotate(`  ${notice}`)

    const result = await load({
      operations,
      arrivals: arrivalsOf(parameters),
      shard,
      duration: ms(durationMs),
      warmUp: ms(warmUpMs),
      timeout: ms(timeoutMs),
      maxInFlight,
      seed,
      parameters: workload,
      allowFailures,
      allowUndelivered,
      ...(slos.length === 0 ? {} : { slo: slos }),
    })

    if (reachedNobody(result)) await annotate(`  ${nobodyReceived(namespace, backends)}`)
  },
)

function ms(time: number): Duration {
  return `${time}ms`
}
