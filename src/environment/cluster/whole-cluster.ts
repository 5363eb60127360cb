import { setTimeout as sleep } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { Redis } from 'ioredis'
import { nowMs } from '../../load/clock.ts'
import { EnvironmentError } from '../environment-error.ts'
import { readNodes } from '../redis-topology.ts'

/** Clusters that take longer to come together, in ms, won't. */
const WHOLE_TIMEOUT_MS = 30_000
const ANSWER_TIMEOUT_MS = 2_000
const PAUSE_MS = 50

/**
 * Resolves when every node of a Redis Cluster sees all slots served, and all replicas follow a primary.
 * @param addresses `host:port` of each node.
 * @param signal ends the wait.
 * @throws EnvironmentError after 30 s, saying what is missing.
 */
export async function awaitRedisCluster(
  addresses: readonly string[],
  primaries: number,
  signal?: AbortSignal,
): Promise<void> {
  const clients = addresses.map((address) => {
    const client = new Redis(`redis://${address}`, { commandTimeout: ANSWER_TIMEOUT_MS })
    return client.on('error', () => {})
  })
  try {
    await whole('The Redis Cluster', signal, async () => {
      const views = await Promise.all(clients.map(viewOf))
      if (views.some(({ isOk }) => !isOk)) return 'not all slots are served'
      if (views.some(({ isLinked }) => !isLinked)) return 'a replica has no copy yet'
      for (const { nodes } of views) {
        if (nodes.filter(({ isHealthy }) => isHealthy).length < addresses.length) {
          return 'not all nodes are connected to all'
        }
        if (nodes.filter(({ primary }) => primary === null).length !== primaries) {
          return `there are not ${primaries} primaries`
        }
      }
      return null
    })
  } finally {
    for (const client of clients) client.disconnect()
  }
}

async function viewOf(client: Redis) {
  const [cluster, replication, nodes] = await Promise.all([
    client.cluster('INFO'),
    client.info('replication'),
    client.cluster('NODES'),
  ])
  return {
    isOk: /^cluster_state:ok/m.test(cluster) && /^cluster_slots_ok:16384/m.test(cluster),
    isLinked: /^role:master|^master_link_status:up/m.test(replication),
    nodes: readNodes(String(nodes)),
  }
}

/**
 * Resolves when every server of a NATS cluster knows all others, JetStream answers, and the replicas of all streams are
 * current.
 * @param addresses `host:port` of each server.
 * @param signal ends the wait.
 * @throws EnvironmentError after 30 s, saying what is missing.
 */
export function awaitNatsCluster(
  addresses: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  return whole('The NATS cluster', signal, async () => {
    const states = await Promise.all(addresses.map((server) => stateOf(server, addresses.length)))
    return states.find((state) => state !== null) ?? null
  })
}

async function stateOf(server: string, size: number): Promise<string | null> {
  const nats = await connect({ servers: server, timeout: ANSWER_TIMEOUT_MS, reconnect: false })
  try {
    const known = new Set(nats.info?.connect_urls ?? [])
    if (known.size < size) return `${server} knows ${known.size} of ${size} servers`
    const admin = await jetstreamManager(nats, { timeout: ANSWER_TIMEOUT_MS })
    for await (const { config, cluster } of admin.streams.list()) {
      const isCurrent = cluster?.leader && (cluster.replicas ?? []).every(({ current }) => current)
      if (!isCurrent) return `the stream ${config.name} is not replicated yet`
    }
    return null
  } finally {
    await nats.close()
  }
}

/** @param missing what is missing; `null` if nothing is. It may reject meanwhile. */
async function whole(
  what: string,
  signal: AbortSignal | undefined,
  missing: () => Promise<string | null>,
): Promise<void> {
  const deadline = nowMs() + WHOLE_TIMEOUT_MS
  for (;;) {
    const state = await missing().catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    )
    if (state === null || signal?.aborted) return
    if (nowMs() > deadline) {
      throw new EnvironmentError(
        `${what} did not come together within ${WHOLE_TIMEOUT_MS / 1_000} s: ${state}. The machine may be overloaded.`,
      )
    }
    await sleep(PAUSE_MS)
  }
}
