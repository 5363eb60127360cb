import type { Needs } from './cost-model.ts'
import type { Assumptions } from './demand.ts'
import { serverImbalance } from './spread/clients-on-servers.ts'

/** NATS servers of one cluster. */
export interface NatsServers {
  /** With clients that connect to a random server, as they do if given all addresses. */
  readonly servers: number
  /** With equal numbers of senders and gateways per server. */
  readonly balancedServers: number
}

const MAX_SERVERS = 100_000

/**
 * Plans servers so that the busiest stays within its allowed use. A message whose sender and gateway
 * are connected to different servers is handled by both, so with `k` servers a ratio of (k − 1) / k
 * of messages costs twice.
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

/** @param total the utilisation of a single server. */
function fewest(least: number, total: number, imbalanceOf: (servers: number) => number): number {
  let servers = Math.max(least, Math.ceil(total))
  while (servers < MAX_SERVERS) {
    const average = (total * (1 + (servers - 1) / servers)) / servers
    if (average * imbalanceOf(servers) <= 1) return servers
    servers += Math.max(1, Math.floor(servers / 10))
  }
  return MAX_SERVERS
}
