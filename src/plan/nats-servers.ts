import type { Needs } from './cost-model.ts'
import type { Assumptions } from './demand.ts'
import { serverImbalance } from './spread/clients-on-servers.ts'

/** NATS servers of one cluster. */
export interface NatsServers {
  /** With clients that connect to a server drawn at random, as they do if they are given all addresses. */
  readonly servers: number
  /** With as many senders, and as many gateways, at each server. */
  readonly balancedServers: number
}

const MAX_SERVERS = 100_000

/**
 * Plans servers such that the busiest is used as much as it may be. A message whose sender and gateway
 * are connected to different servers is handled by both, so of `k` servers a share of (k − 1) / k
 * costs twice.
 */
export function natsServersFor(
  needs: Needs,
  clients: { readonly senders: number; readonly gateways: number },
  { utilisation, natsCores, networkBytes }: Assumptions,
): NatsServers {
  const cores = needs['nats.cpuUs'] / 1e6
  const bytes = Math.max(needs['nats.bytesIn'], needs['nats.bytesOut'])
  const total = Math.max(cores / natsCores, bytes / networkBytes) / utilisation
  const senders = Math.max(1, clients.senders)
  const balancedServers = fewest(1, total, () => 1)
  return {
    balancedServers,
    servers: fewest(balancedServers, total, (servers) =>
      serverImbalance(senders, clients.gateways, servers),
    ),
  }
}

/** @param total what one server would be used, if there were only one. */
function fewest(least: number, total: number, imbalanceOf: (servers: number) => number): number {
  let servers = Math.max(least, Math.ceil(total))
  while (servers < MAX_SERVERS) {
    const average = (total * (1 + (servers - 1) / servers)) / servers
    if (average * imbalanceOf(servers) <= 1) return servers
    servers += Math.max(1, Math.floor(servers / 10))
  }
  return MAX_SERVERS
}
