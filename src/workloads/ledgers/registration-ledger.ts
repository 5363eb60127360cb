import { setTimeout as sleep } from 'node:timers/promises'
import { formatCount, formatSeconds } from '../../format.ts'
import { nowMs } from '../../load/clock.ts'
import type { KnownLosses, Losses } from '../../load/recording/losses.ts'
import type { MulticastRegistry, RegisterOptions } from '../../registry/registry.ts'
import type { RegistrationTimes, RegistryStore } from '../../registry/store.ts'

/** A registry's calls that make, renew and remove registrations. */
export type Writes = Pick<MulticastRegistry, 'register' | 'heartbeat' | 'unregister'>

/** What an audit reads with. */
export type AuditedStore = Pick<RegistryStore, 'lookUp' | 'close'>

/** The registry's own defaults, in ms. */
const DEFAULT_TTL_MS = 300_000
/** How long an audit waits for a server that doesn't answer, in ms. */
const PATIENCE_MS = 25_000
const RETRY_EVERY_MS = 250
const LOOK_UP_BATCH = 500
/**
 * A registration that expires this soon after it was looked up isn't missed: its server counts its time
 * to live, by a clock of its own.
 */
const EXPIRY_MARGIN_MS = 1_000
/** Live registrations to be remembered; about 200 bytes each. */
const MAX_REGISTRATIONS = 500_000
const MAX_EXAMPLES = 10

/** The last acknowledged write of an identity. */
interface Acknowledged {
  /** By `nowMs()`: when the acknowledgement came. */
  readonly atMs: number
  /** By the store's clock. */
  readonly registeredAt: number
  /** By `nowMs()`: it lives at least this long, because the server had it later than it was sent. */
  readonly liveUntilMs: number
}

/**
 * Remembers every registration that was acknowledged, and afterwards counts those that are gone although
 * they neither expired nor were removed. One that an older registration of the same identity took the
 * place of is gone, too. A write that failed or timed out may or may not have been made, so it
 * promises nothing.
 */
export class RegistrationLedger {
  readonly #openStore: () => Promise<AuditedStore>
  readonly #maxRegistrations: number
  readonly #acknowledged = new Map<string, Acknowledged>()
  /** Removals under way, and failed ones, which may still take effect: nothing is promised any more. */
  readonly #removals = new Map<string, number>()
  /** Failed writes, which may still take effect and shorten a life: by `nowMs()`, when they would expire. */
  readonly #failed = new Map<string, number>()
  #sweepAt = 10_000
  #isFull = false

  /**
   * @param openStore connects anew, so that nothing that a load's own clients remember counts; closed
   *   after the audit.
   */
  constructor(
    openStore: () => Promise<AuditedStore>,
    maxRegistrations: number = MAX_REGISTRATIONS,
  ) {
    this.#openStore = openStore
    this.#maxRegistrations = maxRegistrations
  }

  /** The calls of a registry, which are noted here. */
  follow(registry: Writes): Writes {
    return {
      register: (identity, metadata, options?: RegisterOptions) =>
        this.#write(identity, options?.ttlMs ?? DEFAULT_TTL_MS, () =>
          registry.register(identity, metadata, options),
        ),
      heartbeat: (identity, ttlMs?: number) =>
        this.#write(identity, ttlMs ?? DEFAULT_TTL_MS, () => registry.heartbeat(identity, ttlMs)),
      unregister: (identity) => this.#remove(identity, () => registry.unregister(identity)),
    }
  }

  /** Looks up everything that was promised. @throws Error if the store can't be read for 25 s. */
  async losses(): Promise<Losses> {
    this.#sweep()
    if (this.#isFull) {
      const reason = `more than ${formatCount(this.#maxRegistrations)} registrations lived at once, too many to remember each`
      return { kind: 'unknown', reason }
    }
    const deadlineMs = nowMs() + PATIENCE_MS
    const store = await untilAnswered(deadlineMs, this.#openStore)
    try {
      const found = { promised: 0, lost: 0, examples: [] as string[] }
      const promised = [...this.#acknowledged]
      for (let start = 0; start < promised.length; start += LOOK_UP_BATCH) {
        await this.#audit(promised.slice(start, start + LOOK_UP_BATCH), store, deadlineMs, found)
      }
      return { kind: 'known', of: 'registrations', duplicates: null, ...found }
    } finally {
      await store.close()
    }
  }

  async #audit(
    batch: readonly (readonly [identity: string, Acknowledged])[],
    store: AuditedStore,
    deadlineMs: number,
    found: { -readonly [K in 'promised' | 'lost']: KnownLosses[K] } & { examples: string[] },
  ): Promise<void> {
    const identities = batch.map(([identity]) => identity)
    const there = await untilAnswered(deadlineMs, () => store.lookUp(identities))
    const registeredAt = new Map(there.map((one) => [one.identity, one.registeredAt]))
    const lookedUpMs = nowMs()
    for (const [identity, promised] of batch) {
      const liveUntilMs = Math.min(promised.liveUntilMs, this.#failed.get(identity) ?? Infinity)
      if (liveUntilMs <= lookedUpMs + EXPIRY_MARGIN_MS || this.#removals.has(identity)) continue
      found.promised++
      if ((registeredAt.get(identity) ?? -Infinity) >= promised.registeredAt) continue
      found.lost++
      if (found.examples.length < MAX_EXAMPLES) found.examples.push(identity)
    }
  }

  async #write(
    identity: string,
    ttlMs: number,
    write: () => Promise<RegistrationTimes>,
  ): Promise<RegistrationTimes> {
    const sentMs = nowMs()
    const liveUntilMs = ttlMs === 0 ? Infinity : sentMs + ttlMs
    try {
      const times = await write()
      this.#acknowledge(identity, sentMs, { ...times, atMs: nowMs(), liveUntilMs })
      return times
    } catch (error) {
      const earlier = this.#failed.get(identity) ?? Infinity
      if (liveUntilMs !== Infinity) this.#failed.set(identity, Math.min(earlier, liveUntilMs))
      throw error
    }
  }

  #acknowledge(
    identity: string,
    sentMs: number,
    { atMs, registeredAt, liveUntilMs }: Acknowledged,
  ): void {
    if (this.#removals.has(identity)) return
    const before = this.#acknowledged.get(identity)
    // Of two writes at the same time, the store's clock says which was the later one.
    if (before !== undefined && before.atMs > sentMs && before.registeredAt > registeredAt) return
    this.#acknowledged.set(identity, { atMs, registeredAt, liveUntilMs })
    if (this.#acknowledged.size + this.#failed.size > this.#sweepAt) this.#sweep()
  }

  async #remove(identity: string, remove: () => Promise<boolean>): Promise<boolean> {
    this.#acknowledged.delete(identity)
    this.#removals.set(identity, (this.#removals.get(identity) ?? 0) + 1)
    const wasThere = await remove()
    // A write that was acknowledged meanwhile may have come before or after.
    this.#acknowledged.delete(identity)
    const others = (this.#removals.get(identity) ?? 1) - 1
    if (others === 0) this.#removals.delete(identity)
    else this.#removals.set(identity, others)
    return wasThere
  }

  /** Forgets what has expired; the next sweep comes when there is twice as much. */
  #sweep(): void {
    const now = nowMs()
    for (const [identity, { liveUntilMs }] of this.#acknowledged) {
      if (liveUntilMs <= now) this.#acknowledged.delete(identity)
    }
    for (const [identity, untilMs] of this.#failed) {
      if (untilMs <= now) this.#failed.delete(identity)
    }
    const left = this.#acknowledged.size + this.#failed.size
    this.#sweepAt = Math.max(10_000, 2 * left)
    if (left <= this.#maxRegistrations) return
    this.#isFull = true
    this.#acknowledged.clear()
    this.#failed.clear()
  }
}

/** Repeats a call until it succeeds. @throws what it threw, once the deadline has passed. */
async function untilAnswered<T>(deadlineMs: number, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (nowMs() < deadlineMs) {
        await sleep(RETRY_EVERY_MS)
        continue
      }
      const said = error instanceof Error ? error.message : String(error)
      throw new Error(
        `the registrations could not be looked up for ${formatSeconds(PATIENCE_MS, 0)}: ${said}`,
        { cause: error },
      )
    }
  }
}
