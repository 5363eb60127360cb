import { crc32 } from 'node:zlib'
import type { Backends } from '../environment/backends.ts'
import { isIn, type Shard } from '../load/arrivals/shard.ts'
import type { Operations } from '../load/workload.ts'
import { findSubscribers } from '../subscribers/find-subscribers.ts'
import { subjectPrefixOf } from '../subscribers/subject-prefix.ts'
import type { Testbed } from '../vitest/testbed.ts'
import { nobodyMatches } from './notices.ts'
import { filterOf, identitiesToRegister, operationsOf } from './operations.ts'
import type { LoadTestParameters } from './parameters.ts'
import { nameGateways, type Receivers } from './receivers.ts'

/** A load that can begin. */
export interface PreparedLoad {
  readonly operations: Operations
  /** What its user should know before. */
  readonly notices: readonly string[]
}

/**
 * Finds or starts receivers, and sees to it that what is registered already names them.
 * @throws RegistryError `UNAVAILABLE` if a server can't be reached.
 */
export async function prepare(
  parameters: LoadTestParameters,
  testbed: Testbed,
  backends: Backends,
  share: Shard,
): Promise<PreparedLoad> {
  const { workload, namespace } = parameters
  const { registry } = testbed
  const notices: string[] = []
  const { registrations } = await registry.enumerate()
  const own = registrations.filter(({ identity }) => isIn(share, crc32(identity)))
  const receivers = await receiversOf(parameters, testbed, backends)
  if (receivers.kind === 'own') {
    const identities = new Set([
      ...own.map(({ identity }) => identity),
      ...identitiesToRegister(parameters, share),
    ])
    await receivers.subscribers.host([...identities])
    notices.push(`  ${count(identities.size, 'identity', 'identities')} hosted by this load test`)
  } else {
    for (const { pattern, processes } of receivers.found) {
      notices.push(
        `  ${count(processes, 'subscriber process', 'subscriber processes')} found, for "${pattern}"`,
      )
    }
  }
  if (workload.kind !== 'enumerate') await nameGateways(registry, own, receivers)
  const { totalCount } = await registry.enumerate(filterOf(workload))
  const nobody =
    totalCount > 0 ? null : nobodyMatches(workload, namespace, registrations.length, backends)
  if (nobody !== null) notices.push(`  ${nobody}`)
  return { operations: operationsOf(workload, registry, receivers, share), notices }
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
    found: await findSubscribers(backends.natsUrls, subjectPrefixOf(namespace)),
  }
}

function count(n: number, one: string, many: string): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`
}
