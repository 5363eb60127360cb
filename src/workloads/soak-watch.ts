import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Backends } from '../environment/backends.ts'
import type { MulticastRegistry } from '../registry/registry.ts'

/** What is watched beside a long load, about once a second. */
export interface SoakSample {
  /** Of this process, which makes the load and holds the registry: the least seen, after garbage collection. */
  readonly heapBytes: number
  /** `null` where there is no Redis. */
  readonly redisBytes: number | null
  /** From when a registration ended, by the store's clock, to when it was seen to be gone. */
  readonly expiryLagMs: number
}

const TTL_MS = 500
const SAMPLE_MS = 1_000
const HEAP_EVERY_MS = 100

/** Watches memory and how promptly registrations end while something else makes the load. */
export class SoakWatch {
  readonly #registry: MulticastRegistry
  readonly #redis: Redis | null
  readonly #samples: SoakSample[] = []
  readonly #heapTimer: NodeJS.Timeout
  #leastHeapBytes = Infinity
  #isStopping = false
  #watching: Promise<void>

  private constructor(registry: MulticastRegistry, redis: Redis | null) {
    this.#registry = registry
    this.#redis = redis
    this.#heapTimer = setInterval(() => {
      this.#leastHeapBytes = Math.min(this.#leastHeapBytes, process.memoryUsage().heapUsed)
    }, HEAP_EVERY_MS)
    this.#watching = this.#watch()
    // Told by `stop()`.
    this.#watching.catch(() => {})
  }

  static start(registry: MulticastRegistry, backends: Backends): SoakWatch {
    return new SoakWatch(registry, backends.kind === 'memory' ? null : new Redis(backends.redisUrl))
  }

  /**
   * Ends the watch; all samples.
   * @throws what ended it before.
   */
  async stop(): Promise<readonly SoakSample[]> {
    this.#isStopping = true
    try {
      await this.#watching
    } finally {
      clearInterval(this.#heapTimer)
      this.#redis?.disconnect()
    }
    return this.#samples
  }

  async #watch(): Promise<void> {
    while (!this.#isStopping) {
      const nextSample = sleep(SAMPLE_MS)
      const expiryLagMs = await this.#measureExpiryLag()
      const redisBytes = await this.#redisBytes()
      await nextSample
      this.#samples.push({ heapBytes: this.#leastHeapBytes, redisBytes, expiryLagMs })
      this.#leastHeapBytes = Infinity
    }
  }

  async #measureExpiryLag(): Promise<number> {
    const probe = { ttlMs: TTL_MS, replace: true }
    const { expiresAt } = await this.#registry.register('soak-probe', { soakProbe: true }, probe)
    await sleep(TTL_MS - 20)
    let isListed = true
    while (isListed) {
      const { totalCount } = await this.#registry.enumerate({ soakProbe: true })
      isListed = totalCount > 0
    }
    const { registeredAt: now } = await this.#registry.register('soak-clock', {}, { replace: true })
    return now - (expiresAt ?? now)
  }

  async #redisBytes(): Promise<number | null> {
    if (this.#redis === null) return null
    const bytes = /used_memory:(\d+)/.exec(await this.#redis.info('memory'))?.[1]
    return bytes === undefined ? null : Number(bytes)
  }
}
