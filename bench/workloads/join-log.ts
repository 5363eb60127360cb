import { nowMs } from '../../src/load/clock.ts'
import { watchEventLoop } from '../../src/load/dispatch/event-loop.ts'
import { OBSERVE_EVERY_MS, PauseWatch, type Pause } from '../../src/load/pauses.ts'
import type { ReceiverHealth } from '../../src/load/result.ts'
import type { MulticastRegistry } from '../../src/registry/registry.ts'

/** When a watch told of which identities, and how its process fared. Plain data. */
export interface JoinReport {
  /** By `nowMs()`, each identity's first `joined`. */
  readonly joins: readonly (readonly [identity: string, atMs: number])[]
  readonly health: ReceiverHealth
  readonly pauses: readonly Pause[]
}

/** Watches a registry and notes when it was told that each identity has joined. */
export class JoinLog {
  readonly #ending = new AbortController()
  readonly #joins = new Map<string, number>()
  readonly #pauses = new PauseWatch(nowMs())
  readonly #eventLoop = watchEventLoop()
  readonly #observer: NodeJS.Timeout

  private constructor() {
    this.#observer = setInterval(() => this.#now(), OBSERVE_EVERY_MS)
    this.#observer.unref()
  }

  /** Resolves once everything that joins from then on is noted. */
  static async start(registry: MulticastRegistry): Promise<JoinLog> {
    const log = new JoinLog()
    const events = registry.watch({}, { initial: false, signal: log.#ending.signal })
    await events.next()
    void log.#follow(events).catch(() => {})
    return log
  }

  /** Leaves out of the figures of health what was before the measurement. */
  reset(): void {
    this.#eventLoop.reset()
    this.#pauses.reset(this.#now())
  }

  get report(): JoinReport {
    this.#now()
    const { figures: pauses, list } = this.#pauses
    const health = { eventLoopDelay: this.#eventLoop.read(), pauses }
    return { joins: [...this.#joins], health, pauses: list }
  }

  close(): void {
    this.#ending.abort()
    clearInterval(this.#observer)
    this.#eventLoop.stop()
  }

  async #follow(events: ReturnType<MulticastRegistry['watch']>): Promise<void> {
    for await (const event of events) {
      const now = this.#now()
      if (event.type !== 'joined') continue
      const { identity } = event.registration
      if (!this.#joins.has(identity)) this.#joins.set(identity, now)
    }
  }

  #now(): number {
    const now = nowMs()
    this.#pauses.observe(now)
    return now
  }
}
