import { counted, formatCount } from '../../format.ts'
import type { Backends } from '../../environment/backends.ts'
import type { WorkloadParameters } from './parameters.ts'
import type { Receivers } from './receivers.ts'
import { typedCommand } from '../../typed-command.ts'

/** Notices about the registrations and subscribers of a load. */

/** The registrations when a load begins. */
export interface Found {
  readonly registered: number
  /** Registrations that the load lists or sends to. */
  readonly matching: number
}

/** The registrations that a load lists or sends to; `null` for a load that registers its own. */
export function whoIsRegistered(
  workload: WorkloadParameters,
  namespace: string,
  { registered, matching }: Found,
  backends: Backends,
): string | null {
  if (workload.kind !== 'enumerate' && workload.kind !== 'multicast') return null
  const does = workload.kind === 'enumerate' ? 'lists nothing' : 'sends to nobody'
  if (matching > 0) {
    const which =
      workload.status === null ? '' : `, ${formatCount(matching)} of status "${workload.status}"`
    return `${identities(registered)} registered in the namespace "${namespace}"${which}`
  }
  if (registered > 0 && workload.status !== null) {
    return `None of ${identities(registered)} in the namespace "${namespace}" has the status "${workload.status}": each request ${does}.`
  }
  const nobody = `No identity is registered in the namespace "${namespace}": each request ${does}.`
  if (backends.kind !== 'external') return `${nobody} ${OWN_SERVERS}`
  return `${nobody} Register some first, on the same servers: ${typedCommand('register', `-r 100 -d 10s${flagOf(namespace)}`)} with the same addresses. They expire after 300 s, or --ttl.`
}

/** The subscribers: the load's own, or processes that others started. */
export function whoReceives(receivers: Receivers, hosted: number): readonly string[] {
  if (receivers.kind === 'own') return [`${identities(hosted)} hosted by this load test`]
  return receivers.found.map(({ pattern, processes }) => {
    const found = counted(processes, 'subscriber process', 'subscriber processes')
    return `${found} found, for "${pattern}"`
  })
}

/** Messages were sent, and nobody received one. */
export function nobodyReceived(namespace: string, backends: Backends): string {
  const nobody = `Nothing was delivered: no subscriber in the namespace "${namespace}".`
  if (backends.kind !== 'external')
    return `${nobody} Add --with-subscribers, or --allow-undelivered if that is intended.`
  return `${nobody} Start subscribers in another terminal, with ${typedCommand('subscribe', flagOf(namespace).trim())} and the same --nats-servers, or add --with-subscribers; --allow-undelivered if that is intended.`
}

const OWN_SERVERS = `These servers were started for this run and began empty. Give the addresses of permanent servers, by --redis-addr and --nats-servers, and run ${typedCommand('register')} there first; or run ${typedCommand('mixed')}, which registers as it goes.`

function flagOf(namespace: string): string {
  return namespace === 'loadtest' ? '' : ` --namespace ${namespace}`
}

function identities(count: number): string {
  return counted(count, 'identity', 'identities')
}
