import type { Backends } from '../environment/backends.ts'
import type { WorkloadParameters } from './parameters.ts'

/** Plain words for what makes a load measure less than its user thinks. */

/** Nobody is registered whom a load could list or send to; `null` if that is no surprise. */
export function nobodyMatches(
  workload: WorkloadParameters,
  namespace: string,
  registered: number,
  backends: Backends,
): string | null {
  if (workload.kind !== 'enumerate' && workload.kind !== 'multicast') return null
  const does = workload.kind === 'enumerate' ? 'lists nothing' : 'sends to nobody'
  if (registered > 0) {
    return `Of the ${registered} identities in the namespace "${namespace}", none has the status "${workload.status}": each request ${does}.`
  }
  const nobody = `No identity is registered in the namespace "${namespace}": each request ${does}.`
  if (backends.kind !== 'external') return `${nobody} ${OWN_SERVERS}`
  return `${nobody} Register some first, on the same servers: prism-loadtest register -r 100 -d 10s${flagOf(namespace)} with the same addresses. They expire after 300 s, or --ttl.`
}

/** Messages were sent, and nobody received one. */
export function nobodyReceived(namespace: string, backends: Backends): string {
  const nobody = `Nothing was delivered: nobody receives for the namespace "${namespace}".`
  if (backends.kind !== 'external') return `${nobody} Add --with-subscribers.`
  return `${nobody} Start receivers beside this, with prism-loadtest subscribe${flagOf(namespace)} and the same addresses, or add --with-subscribers.`
}

const OWN_SERVERS =
  'These servers were started for this run and began empty. Give the addresses of servers that stay, by --redis-addr and --nats-servers, and run prism-loadtest register there first; or run prism-loadtest mixed, which registers as it goes.'

function flagOf(namespace: string): string {
  return namespace === 'loadtest' ? '' : ` --namespace ${namespace}`
}
