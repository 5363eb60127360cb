import { setTimeout as sleep } from 'node:timers/promises'
import type { Backends } from '../environment/backends.ts'
import { trend, type TrendDeclaration } from '../load/metrics/declare-metrics.ts'
import type { NoTags } from '../load/notes/tags.ts'
import type { LoadRequest, Operation, Operations } from '../load/workload.ts'
import { usageOf } from '../process/process-usage.ts'
import type { MulticastRegistry } from '../registry/registry.ts'
import type { Subscribers } from '../subscribers/subscriber-host.ts'
import { ServersUsage, type ServerUsage } from './server-usage.ts'

/** The watched figures as metrics of the load. */
type SoakMetrics = Readonly<Record<string, TrendDeclaration>>

/** What a long load is watched for. */
export const SOAK_FIGURES = {
  'generator heap': { unit: 'MiB', tolerance: 16, of: 'least' },
  'generator RSS': { unit: 'MiB', tolerance: 64, of: 'median' },
  'generator open files': { unit: 'files', tolerance: 8, of: 'median' },
  'receivers heap': { unit: 'MiB', tolerance: 16, of: 'least' },
  'receivers RSS': { unit: 'MiB', tolerance: 64, of: 'median' },
  'receivers open files': { unit: 'files', tolerance: 8, of: 'median' },
  'Redis used memory': { unit: 'MiB', tolerance: 4, of: 'median' },
  'Redis RSS': { unit: 'MiB', tolerance: 16, of: 'median' },
  'Redis open files': { unit: 'files', tolerance: 8, of: 'median' },
  'NATS RSS': { unit: 'MiB', tolerance: 32, of: 'median' },
  'NATS open files': { unit: 'files', tolerance: 8, of: 'median' },
  'expiry lag': { unit: 'ms', tolerance: 5, of: 'median' },
} as const

export type SoakFigure = keyof typeof SOAK_FIGURES

/** Values at about one time, in the figures' units; what can't be read is absent. */
export type SoakSample = Readonly<Partial<Record<SoakFigure, number>>>

const TTL_MS = 500
const SAMPLE_MS = 1_000
const HEAP_EVERY_MS = 100
const MIB = 2 ** 20

/** Samples memory, open files and the lag of expiry about once per second during a load. */
export class SoakWatch {
  readonly metrics: SoakMetrics
  readonly #registry: MulticastRegistry
  readonly #subscribers: Subscribers
  readonly #servers: ServersUsage
  readonly #samples: SoakSample[] = []
  readonly #heapTimer: NodeJS.Timeout
  readonly #watching: Promise<void>
  #leastHeapBytes = Infinity
  #isStopping = false
  /** Samples that requests have written to the metrics. */
  #noted = 0

  private constructor(
    registry: MulticastRegistry,
    subscribers: Subscribers,
    servers: ServersUsage,
    first: SoakSample,
  ) {
    this.#registry = registry
    this.#subscribers = subscribers
    this.#servers = servers
    this.metrics = declaredFor(first)
    this.#heapTimer = setInterval(() => {
      this.#leastHeapBytes = Math.min(this.#leastHeapBytes, process.memoryUsage().heapUsed)
    }, HEAP_EVERY_MS)
    this.#watching = this.#watch()
    // `stop()` reports it.
    this.#watching.catch(() => {})
  }

  /** Takes a first sample, which says which figures can be read from here. */
  static async start(
    registry: MulticastRegistry,
    subscribers: Subscribers,
    backends: Backends,
  ): Promise<SoakWatch> {
    const servers = new ServersUsage(backends)
    const first = {
      ...(await usages(subscribers, servers)),
      'generator heap': 0,
      // Receivers tell it with their first receipts.
      ...(subscribers.pid === process.pid ? {} : { 'receivers heap': 0 }),
      'expiry lag': 0,
    }
    return new SoakWatch(registry, subscribers, servers, first)
  }

  /** The same operations; their requests also write new samples to the load's metrics. */
  noting(operations: Operations): Operations<unknown, NoTags, SoakMetrics> {
    return Object.fromEntries(
      Object.entries(operations).map(([name, operation]) => {
        const plain: Operation = typeof operation === 'function' ? { run: operation } : operation
        const run = (request: LoadRequest<unknown, NoTags, SoakMetrics>): Promise<unknown> => {
          this.#note(request)
          return plain.run(request)
        }
        return [name, { ...plain, run }]
      }),
    )
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
      this.#servers.close()
    }
    return this.#samples
  }

  #note({ metrics }: LoadRequest<unknown, NoTags, SoakMetrics>): void {
    for (const sample of this.#samples.slice(this.#noted)) {
      for (const [figure, value] of Object.entries(sample)) {
        const metric = metrics[figure]
        metric?.record(value)
      }
    }
    this.#noted = this.#samples.length
  }

  async #watch(): Promise<void> {
    while (!this.#isStopping) {
      const nextSample = sleep(SAMPLE_MS)
      const lag = await this.#measureExpiryLag()
      const held = await usages(this.#subscribers, this.#servers)
      await nextSample
      const heap = this.#leastHeapBytes / MIB
      this.#samples.push({ ...held, 'generator heap': heap, 'expiry lag': lag })
      this.#leastHeapBytes = Infinity
    }
  }

  /** From a registration's expiry, by the store's clock, to its observed disappearance, in ms. */
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
}

async function usages(subscribers: Subscribers, servers: ServersUsage): Promise<SoakSample> {
  const [redis, nats] = await Promise.all([servers.redis(), servers.nats()])
  // In memory, the receivers are in this process.
  const receivers = subscribers.pid === process.pid ? null : usageOf(subscribers.pid)
  const { heapBytes } = subscribers
  return {
    ...figuresOf('generator', usageOf(process.pid)),
    ...figuresOf('receivers', receivers),
    ...(heapBytes === undefined ? {} : { 'receivers heap': heapBytes / MIB }),
    ...figuresOf('Redis', redis),
    ...(redis.usedBytes === undefined ? {} : { 'Redis used memory': redis.usedBytes / MIB }),
    ...figuresOf('NATS', nats),
  }
}

function figuresOf(
  who: 'generator' | 'receivers' | 'Redis' | 'NATS',
  usage: ServerUsage | null,
): SoakSample {
  const { rssBytes, openFiles } = usage ?? {}
  return {
    ...(rssBytes === undefined ? {} : { [`${who} RSS`]: rssBytes / MIB }),
    ...(openFiles === undefined ? {} : { [`${who} open files`]: openFiles }),
  }
}

function declaredFor(sample: SoakSample): SoakMetrics {
  return Object.fromEntries(
    Object.entries(SOAK_FIGURES)
      .filter(([figure]) => figure in sample)
      .map(([figure, { unit }]) => [figure, trend(unit)]),
  )
}
