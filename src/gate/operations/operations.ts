import type { Metadata } from '../../registry/registration.ts'
import type { RegistryUnderTest } from './registry-under-test.ts'

/** The operations whose costs the gate compares, call by call. */
export const OPERATIONS = ['register', 'heartbeat', 'enumerate', 'multicast', 'watch'] as const
export type OperationName = (typeof OPERATIONS)[number]

/** An operation of one registry, ready to be called over and over, one call at a time. */
export interface ReadyOperation {
  /**
   * Makes one call and checks its result.
   * @returns the call's duration in ms, without any work between calls.
   * @throws Error from the registry, or if the result is wrong.
   */
  readonly call: () => Promise<number>
  /** Undoes the preparation. The owner closes the registry. */
  readonly end: () => Promise<void>
}

/**
 * Prepares an operation in an empty namespace.
 *
 * - `register` replaces one of 2,000 registrations;
 * - `heartbeat` renews one of 1,000;
 * - `enumerate` lists the 500 matches among 1,000, after one of them has changed;
 * - `multicast` sends 200 bytes to 100 identities that this registry hosts;
 * - `watch` registers one of 1,000, and ends when a watch of the same registry reports it.
 */
export const prepareOperation: Readonly<
  Record<OperationName, (registry: RegistryUnderTest) => Promise<ReadyOperation>>
> = {
  async register(registry) {
    await registerAll(registry, 2_000)
    return repeat((k) => {
      const identity = identityOf(k % 2_000)
      const metadata = metadataOf(k)
      return timed(() => registry.register(identity, metadata, OPTIONS))
    })
  },

  async heartbeat(registry) {
    await registerAll(registry, 1_000)
    return repeat((k) => {
      const identity = identityOf(k % 1_000)
      return timed(() => registry.heartbeat(identity, TTL_MS))
    })
  },

  async enumerate(registry) {
    await registerAll(registry, 1_000)
    return repeat(async (k) => {
      const n = k % 1_000
      await registry.register(identityOf(n), metadataOf(n), OPTIONS)
      return timed(
        () => registry.enumerate({ status: 'online' }),
        ({ totalCount }) => expectCount('enumerate found', totalCount, 500),
      )
    })
  },

  async multicast(registry) {
    const hosted = Array.from({ length: 100 }, (_, n) => identityOf(n))
    let received = 0
    await registry.subscribe(hosted, () => {
      received += 1
    })
    await registerAll(registry, 100)
    return repeat(async () => {
      received = 0
      return timed(
        () => registry.multicast({}, PAYLOAD, { timeoutMs: CALL_TIMEOUT_MS }),
        ({ deliveredCount }) => {
          expectCount('multicast delivered', deliveredCount, 100)
          expectCount('subscribers received', received, 100)
        },
      )
    })
  },

  async watch(registry) {
    await registerAll(registry, 1_000)
    const events = registry.watch({}, { initial: false })[Symbol.asyncIterator]()
    // The first event is `current`: from then on, every change is reported.
    await events.next()
    const ready = repeat((k) => {
      const identity = identityOf(k % 1_000)
      const metadata = metadataOf(k)
      return timed(async () => {
        await registry.register(identity, metadata, OPTIONS)
        for (;;) {
          const { value, done } = await events.next()
          if (done === true) throw new Error('the watch ended')
          if ('registration' in value && value.registration.identity === identity) return
        }
      })
    })
    return { ...ready, end: async () => void (await events.return?.()) }
  },
}

const TTL_MS = 300_000
const OPTIONS = { ttlMs: TTL_MS, replace: true } as const
const PAYLOAD = 'x'.repeat(200)
const CALL_TIMEOUT_MS = 2_000

/** All identities have the same length, so that no version has longer keys. */
function identityOf(n: number): string {
  return `gate-user-${10_000 + n}`
}

/** Half of them match `{ status: 'online' }`; `k` differs from call to call. */
function metadataOf(k: number): Metadata {
  const status = k % 2 === 0 ? 'online' : 'absent'
  return { status, loadtest: true, timestamp: Date.now(), call: 1_000_000 + k }
}

async function registerAll(registry: RegistryUnderTest, count: number): Promise<void> {
  const LOT = 100
  for (let start = 0; start < count; start += LOT) {
    const numbers = Array.from({ length: Math.min(LOT, count - start) }, (_, i) => start + i)
    await Promise.all(numbers.map((n) => registry.register(identityOf(n), metadataOf(n), OPTIONS)))
  }
}

function repeat(call: (k: number) => Promise<number>): ReadyOperation {
  let calls = 0
  return { call: () => call(calls++), end: async () => {} }
}

async function timed<T>(call: () => Promise<T>, check: (result: T) => void = () => {}) {
  const startedAt = performance.now()
  const result = await call()
  const tookMs = performance.now() - startedAt
  check(result)
  return tookMs
}

function expectCount(what: string, count: number, expected: number): void {
  if (count !== expected) throw new Error(`${what} ${count}, expected ${expected}`)
}
