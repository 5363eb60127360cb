import { Redis } from 'ioredis'
import type { ServerNode } from '../backends.ts'
import { EnvironmentError } from '../environment-error.ts'
import { readNodes } from '../redis-topology.ts'

/** A node that doesn't answer within this time, in ms, isn't asked. */
const TIMEOUT_MS = 1_000

/**
 * Asks one Redis, over a connection of its own.
 * @param timeoutMs for the connection, and for each command.
 */
export async function askRedis<Answer>(
  { address }: Pick<ServerNode, 'address'>,
  ask: (redis: Redis) => Promise<Answer>,
  timeoutMs = TIMEOUT_MS,
): Promise<Answer> {
  const redis = new Redis(`redis://${address}`, {
    lazyConnect: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    retryStrategy: () => null,
  })
  redis.on('error', () => {})
  try {
    await redis.connect()
    return await ask(redis)
  } finally {
    redis.disconnect()
  }
}

/** The nodes of a shard. */
export interface RedisShard {
  readonly primary: ServerNode
  readonly replicas: readonly ServerNode[]
}

/**
 * The shard of a namespace, as the nodes see it now. Of differing views, the latest counts.
 * @throws EnvironmentError if no node answers.
 */
export async function shardOf(
  nodes: readonly ServerNode[],
  namespace: string,
): Promise<RedisShard> {
  const [only] = nodes
  if (only !== undefined && nodes.length === 1) return { primary: only, replicas: [] }
  const views = await Promise.allSettled(
    nodes.map((node) => askRedis(node, (redis) => viewOf(redis, nodes, namespace))),
  )
  const [latest] = views
    .flatMap((view) => (view.status === 'fulfilled' && view.value !== null ? [view.value] : []))
    .toSorted((a, b) => b.epoch - a.epoch)
  if (latest !== undefined) return latest
  throw new EnvironmentError(`No node of the Redis Cluster knows the shard of ${namespace}.`)
}

/** The key that decides where a namespace is, whichever its keys are. */
export function placeOf(namespace: string): string {
  return /\{[^}]+\}/.test(namespace) ? namespace : `{${namespace}}`
}

async function viewOf(
  redis: Redis,
  nodes: readonly ServerNode[],
  namespace: string,
): Promise<(RedisShard & { readonly epoch: number }) | null> {
  const slot = await redis.cluster('KEYSLOT', placeOf(namespace))
  const seen = readNodes(String(await redis.cluster('NODES')))
  const owner = seen.find(({ ranges }) => ranges.some(([from, to]) => from <= slot && slot <= to))
  const primary = nodes.find(({ address }) => address === owner?.address)
  if (owner === undefined || primary === undefined) return null
  const followers = seen.filter((node) => node.primary === owner.id).map(({ address }) => address)
  const replicas = nodes.filter(({ address }) => followers.includes(address))
  return { primary, replicas, epoch: owner.epoch }
}
