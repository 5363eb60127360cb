import type { WorkloadParameters } from './parameters.ts'

/** Plain words for what makes a load measure less than its user thinks. */

/** Nobody is registered whom a load could list or send to; `null` if that is no surprise. */
export function nobodyMatches(
  workload: WorkloadParameters,
  namespace: string,
  registered: number,
): string | null {
  if (workload.kind !== 'enumerate' && workload.kind !== 'multicast') return null
  const does = workload.kind === 'enumerate' ? 'lists nothing' : 'sends to nobody'
  if (registered > 0) {
    return `Of the ${registered} identities in the namespace "${namespace}", none has the status "${workload.status}": each request ${does}.`
  }
  const other = namespace === 'loadtest' ? '' : ` --namespace ${namespace}`
  return `No identity is registered in the namespace "${namespace}", so each request ${does}. Register some first, on the same servers: prism-loadtest register -r 100 -d 10s${other}. They expire after 300 s, or --ttl.`
}

/** Messages were sent, and nobody received one. */
export function nobodyReceived(namespace: string): string {
  const other = namespace === 'loadtest' ? '' : ` --namespace ${namespace}`
  return `Nothing was delivered: nobody receives for the namespace "${namespace}". Start receivers beside this, with prism-loadtest subscribe${other}, or add --with-subscribers.`
}
