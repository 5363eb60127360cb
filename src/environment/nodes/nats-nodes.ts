import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import type { FailoverTarget } from '../../load/faults/fault-targets.ts'
import { DEFAULT_SUBJECT_PREFIX, Subjects } from '../../registry/nats/subjects.ts'
import type { ServerNode, StartedNodes } from '../backends.ts'
import { EnvironmentError } from '../environment-error.ts'
import { KeptTargets } from './kept-targets.ts'
import { nodeNumbered } from './node-numbered.ts'
import { NatsTarget, NodeTarget } from './node-target.ts'
import { namespaceOf, type Namespaced } from './redis-nodes.ts'

const TIMEOUT_MS = 2_000

/** The NATS servers of this run, as targets of faults. */
export class NatsNodes {
  /** All at once. */
  readonly all: NodeTarget
  readonly #started: StartedNodes
  readonly #nodes: readonly ServerNode[]
  readonly #targets = new KeptTargets()

  constructor(started: StartedNodes) {
    this.#started = started
    this.#nodes = started.nodes.filter(({ server }) => server === 'nats')
    this.all = new NodeTarget('all NATS servers', started, async () => this.#nodes)
  }

  /**
   * @param n from 1.
   * @throws InputError if there are fewer.
   */
  node(n: number): NatsTarget {
    const node = nodeNumbered(this.#nodes, n, 'nats.node')
    return this.#targets.get(node.name, () => {
      return new NatsTarget(`NATS node ${n}`, this.#started, async () => [node])
    })
  }

  /** The leader of a namespace's stream of durable messages, looked up when a fault is injected. */
  leaderOf(of: Namespaced): NatsLeader {
    const namespace = namespaceOf(of, 'nats.leaderOf')
    return this.#targets.get(`leader ${namespace}`, () => new NatsLeader(this.#started, namespace))
  }
}

/** The server that leads a stream. */
export class NatsLeader extends NatsTarget implements FailoverTarget {
  readonly #nodes: readonly ServerNode[]
  readonly #stream: string

  constructor(started: StartedNodes, namespace: string) {
    const nodes = started.nodes.filter(({ server }) => server === 'nats')
    const { messagesStream } = new Subjects(DEFAULT_SUBJECT_PREFIX, namespace)
    super('NATS leader', started, async () => [await leaderOf(nodes, messagesStream)])
    this.#nodes = nodes
    this.#stream = messagesStream
  }

  /**
   * Makes the leader step down, so that another server is elected; resolves when it has.
   * @throws EnvironmentError if there is no other, or no stream.
   */
  async failover(): Promise<string> {
    const { name, address } = await leaderOf(this.#nodes, this.#stream)
    if (this.#nodes.length === 1) {
      throw new EnvironmentError(`${name} at ${address} is the only one: use --backend cluster.`)
    }
    await askNats(this.#nodes, async ({ nc }) => {
      const answered = await nc.request(`$JS.API.STREAM.LEADER.STEPDOWN.${this.#stream}`, '', {
        timeout: TIMEOUT_MS,
      })
      const { error }: { readonly error?: { readonly description?: string } } = answered.json()
      if (error !== undefined) throw new EnvironmentError(`NATS refused: ${error.description}.`)
    })
    return `from ${name} at ${address}`
  }
}

/** @throws EnvironmentError if the stream doesn't exist or has no leader. */
async function leaderOf(nodes: readonly ServerNode[], stream: string): Promise<ServerNode> {
  const [only] = nodes
  if (only !== undefined && nodes.length === 1) return only
  const leader = await askNats(nodes, async ({ admin }) => {
    const { cluster } = await admin.streams.info(stream)
    return cluster?.leader
  })
  const node = nodes.find(({ name }) => name === leader)
  if (node !== undefined) return node
  throw new EnvironmentError(`The JetStream stream ${stream} has no leader.`)
}

interface NatsClient {
  readonly nc: Awaited<ReturnType<typeof connect>>
  readonly admin: JetStreamManager
}

/** Asks whichever server answers. */
async function askNats<Answer>(
  nodes: readonly ServerNode[],
  ask: (client: NatsClient) => Promise<Answer>,
): Promise<Answer> {
  try {
    const servers = nodes.map(({ address }) => address)
    const nc = await connect({ servers, timeout: TIMEOUT_MS, reconnect: false })
    try {
      const admin = await jetstreamManager(nc, { timeout: TIMEOUT_MS, checkAPI: false })
      return await ask({ nc, admin })
    } finally {
      await nc.close()
    }
  } catch (error) {
    if (error instanceof EnvironmentError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new EnvironmentError(`NATS doesn't say who leads the stream: ${reason}.`)
  }
}
