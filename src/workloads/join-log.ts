import { nowMs } from '../load/clock.ts'
import { watchEventLoop } from '../load/dispatch/event-loop.ts'
import { OBSERVE_EVERY_MS, PauseWatch, type Pause } from '../load/pauses.ts'
import type { ReceiverHealth } from '../load/result.ts'
import type { MulticastRegistry } from '../registry/registry.ts'

/** The times of a watch's `joined` events, and the health of its process. Plain data. */
export interface JoinReport {
  /** By `nowMs()`, each identity's first `joined`. */
  readonly joins: readonly (readonly [identity: string, atMs: number])[]
  readonly health: ReceiverHealth
  readonly pauses: readonly Pause[]
}

/** Watches a registry and records the time of each identity's `joined` event. */
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

  /** Resolves once every later `joined` event is recorded. */
  static async start(registry: MulticastRegistry): Promise<JoinLog> {
    const log = new JoinLog()
    const events = registry.watch({}, { initial: false, signal: log.#ending.signal })
    await events.next()
    void log.#follow(events).catch(() => {})
    return log
  }

  /** Excludes everything before the measurement from the health figures. */
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
