import type { Redis } from 'ioredis'
import { RegistryError } from '../errors.ts'
import { nameOf } from './address.ts'
import { reasonIn } from './connection.ts'
import type { WaitForReplicas } from './replica-wait-options.ts'
import { SharedRound } from './shared-round.ts'

/**
 * Waits until replicas have what was written by one connection to one server, by WAIT, which covers all
 * earlier writes of the connection. WAIT blocks the connection, so writes share it: of all that wait, the next
 * one serves each.
 */
export class ReplicaWait {
  readonly #server: Redis
  readonly #options: Required<WaitForReplicas>
  readonly #round: SharedRound
  #losses = 0

  constructor(server: Redis, options: Required<WaitForReplicas>) {
    this.#server = server
    this.#options = options
    this.#round = new SharedRound(() => this.#wait())
    server.on('close', () => {
      this.#losses += 1
    })
  }

  /** How often the connection was lost: WAIT says nothing about what an earlier connection wrote. */
  get losses(): number {
    return this.#losses
  }

  /**
   * Resolves once enough replicas have all writes that were answered before the call.
   * @param losses `losses` before the write was sent.
   * @throws RegistryError `UNAVAILABLE`
   */
  async confirm(losses: number): Promise<void> {
    if (losses === this.#losses) await this.#round.join()
    if (losses !== this.#losses) throw this.#unconfirmed('the connection was lost before')
  }

  async #wait(): Promise<void> {
    const { count, timeoutMs } = this.#options
    let confirmed = 0
    try {
      confirmed = await this.#server.wait(count, timeoutMs)
    } catch (error) {
      throw this.#unconfirmed(reasonIn(String(error)))
    }
    if (confirmed >= count) return
    throw this.#unconfirmed(`only ${confirmed} did within ${timeoutMs} ms`)
  }

  #unconfirmed(reason: string): RegistryError {
    const { count } = this.#options
    const { host = '', port = 0 } = this.#server.options
    return new RegistryError(
      'UNAVAILABLE',
      `The write took effect on Redis at ${nameOf({ host, port })}, but ${count} ${count === 1 ? 'replica' : 'replicas'} should ` +
        `have confirmed it, and ${reason}: a failover may undo it. Repeat the call to wait again.`,
    )
  }
}
