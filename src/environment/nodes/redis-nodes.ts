import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { InputError } from '../../input-error.ts'
import { nowMs } from '../../load/clock.ts'
import type { FailoverTarget } from '../../load/faults/fault-targets.ts'
import type { ServerNode, StartedNodes } from '../backends.ts'
import { EnvironmentError } from '../environment-error.ts'
import { KeptTargets } from './kept-targets.ts'
import { nodeNumbered } from './node-numbered.ts'
import { NodeTarget } from './node-target.ts'
import { askRedis, shardOf } from './redis-role.ts'

/** A namespace, or a registry in it. */
export type Namespaced = string | { readonly namespace: string }

const FAILOVER_TIMEOUT_MS = 10_000
const FAILOVER_TRY_MS = 2_000

/** The Redis servers of this run, as targets of faults. */
export class RedisNodes {
  /** All at once. */
  readonly all: NodeTarget
  readonly #started: StartedNodes
  readonly #nodes: readonly ServerNode[]
  readonly #targets = new KeptTargets()

  constructor(started: StartedNodes) {
    this.#started = started
    this.#nodes = started.nodes.filter(({ server }) => server === 'redis')
    this.all = new NodeTarget('all Redis servers', started, async () => this.#nodes)
  }

  /**
   * The primary of a namespace, looked up when a fault is injected. What was killed is what is restarted, even if a
   * replica has taken over.
   */
  primaryOf(of: Namespaced): RedisPrimary {
    const namespace = namespaceOf(of, 'redis.primaryOf')
    return this.#targets.get(`primary ${namespace}`, () => {
      const find = async () => [(await shardOf(this.#nodes, namespace)).primary]
      return new RedisPrimary('Redis primary', this.#started, find, () =>
        shardOf(this.#nodes, namespace),
      )
    })
  }

  /** A replica of the primary of a namespace, looked up when a fault is injected. */
  replicaOf(of: Namespaced): NodeTarget {
    const namespace = namespaceOf(of, 'redis.replicaOf')
    return this.#targets.get(`replica ${namespace}`, () => {
      const find = async () => {
        const [replica] = (await shardOf(this.#nodes, namespace)).replicas
        if (replica !== undefined) return [replica]
        throw new EnvironmentError('The Redis primary has no replica: use --backend cluster.')
      }
      return new NodeTarget('Redis replica', this.#started, find)
    })
  }

  /**
   * @param n from 1.
   * @throws InputError if there are fewer.
   */
  node(n: number): NodeTarget {
    const node = nodeNumbered(this.#nodes, n, 'redis.node')
    return this.#targets.get(node.name, () => {
      return new NodeTarget(`Redis node ${n}`, this.#started, async () => [node])
    })
  }
}

/** The primary of a namespace. */
export class RedisPrimary extends NodeTarget implements FailoverTarget {
  readonly #shard: () => ReturnType<typeof shardOf>

  constructor(
    label: string,
    started: StartedNodes,
    find: () => Promise<readonly ServerNode[]>,
    shard: () => ReturnType<typeof shardOf>,
  ) {
    super(label, started, find)
    this.#shard = shard
  }

  /**
   * Makes a replica the primary by `CLUSTER FAILOVER`, without loss; resolves when it is.
   * @throws EnvironmentError if there is no replica, or it doesn't become the primary within 10 s.
   */
  async failover(): Promise<string> {
    const { primary, replicas } = await this.#shard()
    const [replica] = replicas
    if (replica === undefined) {
      throw new EnvironmentError(
        `${primary.name} at ${primary.address} has no replica that could take over: use --backend cluster.`,
      )
    }
    const deadline = nowMs() + FAILOVER_TIMEOUT_MS
    await askReplica(replica, async (redis) => {
      let askedAt = -Infinity
      const ask = async (): Promise<void> => {
        try {
          await redis.cluster('FAILOVER')
        } catch (error) {
          throw refusalOf(error, primary, replica)
        }
      }
      while (!String(await redis.call('ROLE')).startsWith('master')) {
        // A try fails if the others don't vote for it, as soon after an election.
        if (nowMs() - askedAt > FAILOVER_TRY_MS) {
          askedAt = nowMs()
          await ask()
        }
        if (nowMs() > deadline) {
          throw new EnvironmentError(
            `${replica.name} at ${replica.address} did not become the primary within ${FAILOVER_TIMEOUT_MS / 1_000} s.`,
          )
        }
        await sleep(10)
      }
    })
    return `from ${primary.name} at ${primary.address} to ${replica.name} at ${replica.address}`
  }
}

/** @throws EnvironmentError if it doesn't answer. */
async function askReplica(
  replica: ServerNode,
  ask: (redis: Redis) => Promise<void>,
): Promise<void> {
  try {
    await askRedis(replica, ask)
  } catch (error) {
    if (error instanceof EnvironmentError) throw error
    throw new EnvironmentError(
      `${replica.name} at ${replica.address} doesn't answer, so it can't take over: start it before the failover.`,
      { cause: error },
    )
  }
}

/** Why a replica refused to take over, and what to do: of a primary that is down, Redis says only how to force it. */
export function refusalOf(
  error: unknown,
  primary: Pick<ServerNode, 'name' | 'address'>,
  replica: Pick<ServerNode, 'name' | 'address'>,
): EnvironmentError {
  const reason = error instanceof Error ? error.message : String(error)
  if (!reason.includes('Master is down')) {
    const text = `${replica.name} at ${replica.address} refused to become the primary: ${reason}`
    return new EnvironmentError(text, { cause: error })
  }
  return new EnvironmentError(
    `${primary.name} at ${primary.address} is down, so it can't hand over to ${replica.name}: a replica takes over by itself once the cluster has noticed, within seconds. ` +
      'Put the failover before the kill, or some seconds after it.',
    { cause: error },
  )
}

/** @throws InputError if it is neither. */
export function namespaceOf(of: Namespaced, where: string): string {
  const namespace: unknown = typeof of === 'string' ? of : of?.namespace
  if (typeof namespace === 'string' && namespace !== '') return namespace
  throw new InputError(
    `${where}: give a registry or the name of a namespace, as in ${where}(registry).`,
  )
}
