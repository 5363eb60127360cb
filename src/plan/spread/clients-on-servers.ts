import { nearestRankOf } from '../../stats/quantile.ts'
import { randomStream, wholeDraws } from '../../stats/random.ts'

const DRAWS = 20
/** Larger numbers are spread even more evenly, so the estimate stays on the safe side. */
const MAX_CLIENTS = 20_000
const QUANTILE = 0.95

/**
 * The load of the busiest NATS server relative to the average, ≥ 1. Each client connects to a random
 * server, as clients with several addresses do. Senders and gateways have half of the load each,
 * since each message is received from a sender and sent to a gateway, and its receipt the other way
 * round. 19 of 20 draws are at most this bad.
 * @param senders, gateways the numbers of clients that share each half equally; ≥ 1.
 */
export function serverImbalance(senders: number, gateways: number, servers: number): number {
  if (servers === 1) return 1
  const draws = Array.from({ length: DRAWS }, (_, draw) => {
    const random = wholeDraws(randomStream(1, draw))
    const loads = new Float64Array(servers)
    for (const all of [senders, gateways]) {
      const clients = Math.min(all, MAX_CLIENTS)
      const each = 1 / (2 * clients)
      for (let client = 0; client < clients; client += 1) {
        const server = random(servers)
        loads[server] = (loads[server] ?? 0) + each
      }
    }
    return Math.max(...loads) * servers
  })
  return nearestRankOf(draws, QUANTILE)
}
