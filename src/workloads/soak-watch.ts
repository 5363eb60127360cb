import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Backends } from '../environment/backends.ts'
import type { MulticastRegistry } from '../registry/registry.ts'

/** Samples taken about once per second during a long load. */
export interface SoakSample {
  /** Minimum memory of this process, generator and registry together, after garbage collection. */
  readonly heapBytes: number
  /** `null` without Redis. */
  readonly redisBytes: number | null
  /** Time from a registration's expiry, by the store's clock, to its observed disappearance. */
  readonly expiryLagMs: number
}

const TTL_MS = 500
const SAMPLE_MS = 1_000
const HEAP_EVERY_MS = 100

/** Samples memory and expiry lag during a load. */
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
    // `stop()` reports it.
    this.#watching.catch(() => {})
  }

  static start(registry: MulticastRegistry, backends: Backends): SoakWatch {
    return new SoakWatch(registry, backends.kind === 'memory' ? null : new Redis(backends.redisUrl))
  }

  /**
   * Ends the watch and returns all samples.
   * @throws the error that ended it earlier.
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
