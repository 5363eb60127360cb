import { InputError } from '../../input-error.ts'
import type { Backends, StartedNodes } from '../backends.ts'
import { EnvironmentError } from '../environment-error.ts'
import { orderNodes } from './order-nodes.ts'

/** The servers of a run, from a test that may break some. */
export class FaultableNodes {
  readonly #backends: Backends
  #inUse: Promise<StartedNodes> | null = null

  constructor(backends: Backends) {
    this.#backends = backends
  }

  /**
   * From now on Redis writes to disk, so that its data can outlive it.
   * @throws InputError if the servers weren't started for this run.
   * @throws EnvironmentError
   */
  use(): Promise<StartedNodes> {
    this.#inUse ??= persisted(this.#backends)
    return this.#inUse
  }

  /**
   * Starts what is down and continues what is paused, if anything was used, so that the next test finds all servers.
   * @throws EnvironmentError if one can't be restored.
   */
  async restore(): Promise<void> {
    const started = await this.#inUse?.catch(() => null)
    if (started) await orderNodes(started.controlPath, { action: 'restore' })
  }
}

async function persisted(backends: Backends): Promise<StartedNodes> {
  if (backends.kind === 'memory' || backends.started === undefined) {
    throw new InputError(
      'The fixtures "redis" and "nats" break servers that were started for the run: use --backend programs, containers or cluster. ' +
        `${backends.kind === 'memory' ? 'The memory backend has no servers' : 'Servers of your own are left alone'}; ` +
        'a target of your own can be any object with a label and the methods of the fault, such as kill() and restart().',
    )
  }
  if (backends.started.nodes.length === 0) {
    throw new EnvironmentError('No server was started for this run, so none can be broken.')
  }
  await orderNodes(backends.started.controlPath, { action: 'persist' })
  return backends.started
}
