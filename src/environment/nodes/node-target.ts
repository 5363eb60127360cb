import type {
  Drainable,
  Killable,
  Partitionable,
  Pausable,
  Restartable,
} from '../../load/faults/fault-targets.ts'
import type { ServerNode, StartedNodes } from '../backends.ts'
import type { NodeOrder } from './node-order.ts'
import { orderNodes } from './order-nodes.ts'

/** Finds the nodes that a target stands for, when a fault is injected. At least one. */
export type FindNodes = () => Promise<readonly ServerNode[]>

/**
 * One or more servers of this run. A target such as the primary of a namespace is looked up when a fault is injected.
 * What breaks it and what mends it act on the same nodes, whatever has become of their roles in between.
 */
export class NodeTarget implements Killable, Restartable, Pausable, Partitionable {
  readonly label: string
  readonly #started: StartedNodes
  protected readonly find: FindNodes
  /** Until they are mended. */
  #broken: readonly ServerNode[] | null = null

  constructor(label: string, started: StartedNodes, find: FindNodes) {
    this.label = label
    this.#started = started
    this.find = find
  }

  /** Kills it, as by SIGKILL. It stays down until it is restarted, or until the test ends. */
  async kill(): Promise<string> {
    return this.#break((node) => ({ action: 'kill', node }))
  }

  /** Starts the node that was broken by this target, else the one that it stands for now. */
  async restart(data: 'kept' | 'lost'): Promise<string> {
    return this.#mend((node) => ({ action: 'restart', node, data }))
  }

  async pause(): Promise<string> {
    return this.#break((node) => ({ action: 'pause', node }))
  }

  async resume(): Promise<string> {
    return this.#mend((node) => ({ action: 'resume', node }))
  }

  async partition(): Promise<string> {
    return this.#break((node) => ({ action: 'partition', node }))
  }

  async rejoin(): Promise<string> {
    return this.#mend((node) => ({ action: 'rejoin', node }))
  }

  /** @throws EnvironmentError if one of them refuses. */
  protected async order(
    nodes: readonly ServerNode[],
    orderOf: (node: string) => NodeOrder,
  ): Promise<string> {
    await Promise.all(nodes.map(({ name }) => orderNodes(this.#started.controlPath, orderOf(name))))
    return nodes.map(({ name, address }) => `${name} at ${address}`).join(', ')
  }

  async #break(orderOf: (node: string) => NodeOrder): Promise<string> {
    const nodes = this.#broken ?? (await this.find())
    const what = await this.order(nodes, orderOf)
    this.#broken = nodes
    return what
  }

  async #mend(orderOf: (node: string) => NodeOrder): Promise<string> {
    const what = await this.order(this.#broken ?? (await this.find()), orderOf)
    this.#broken = null
    return what
  }
}

/** A NATS server of this run. */
export class NatsTarget extends NodeTarget implements Drainable {
  /** Asks it to send its clients to other servers and to end, as by SIGUSR2; resolves when it has. */
  async drain(): Promise<string> {
    return this.order(await this.find(), (node) => ({ action: 'drain', node }))
  }
}
