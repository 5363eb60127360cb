import type { ReconnectToServerHandler } from '@nats-io/transport-node'

/**
 * Which servers a client tries until it is connected: each once. By itself, the client forgets a server that refuses, but
 * servers of a cluster name each other before they refuse, so it would try them for good, without a pause.
 */
export class FirstConnection {
  readonly #tried = new Set<string>()
  #state: 'trying' | 'connected' | 'given up' = 'trying'
  /** Whether all servers were tried, so that the client's error says nothing of their reasons. */
  isExhausted = false

  /** For the client's `reconnectToServer`; throws to end its attempts. */
  readonly choose: ReconnectToServerHandler = (servers) => {
    if (this.#state === 'connected') return null
    if (this.#state === 'given up') throw new Error('given up')
    const next = servers.find(({ listen }) => !this.#tried.has(listen))
    if (next === undefined) {
      this.isExhausted = true
      throw new Error('all servers were tried')
    }
    this.#tried.add(next.listen)
    return next
  }

  /** Call once it is connected. */
  end(): void {
    this.#state = 'connected'
  }

  /** Ends the attempts, also those that the client would make later. */
  giveUp(): void {
    this.#state = 'given up'
  }
}
