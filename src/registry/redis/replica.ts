import { setImmediate as nextTurn } from 'node:timers/promises'
import { formatCount } from '../../format.ts'
import { RegistryError } from '../errors.ts'
import type { CompiledFilter } from '../filter/compile.ts'
import { hasExpired } from '../memory/expiry-queue.ts'
import type { RegistrationIndex } from '../memory/registration-index.ts'
import type { SortOrder } from '../paging/sort-order.ts'
import type { RegistrationView } from '../registration-view.ts'
import type { Registration } from '../registration.ts'
import type { ObservedStore } from '../observed.ts'
import { settledWithin } from '../waiting.ts'
import type { TargetSet } from '../targets/target-set.ts'
import { differences } from '../watch/registration-change.ts'
import { Watches } from '../watch/watches.ts'
import { BackgroundReading } from './background-reading.ts'
import type { RedisConnection } from './connection.ts'
import { emptyCopy, type Copy, type Interruption, type ReplicaOptions } from './copy.ts'
import type { LogPosition } from './log.ts'
import { LogFollower } from './log-follower.ts'
import { SharedRound } from './shared-round.ts'
import { Snapshots } from './snapshot.ts'

/**
 * How often a reader without a log and registrations searches again, in ms: it would not otherwise notice
 * registrations that lost both index and log.
 */
const LOOK_AGAIN_MS = 1000

/** Maximum number of snapshots per load. */
const MAX_SNAPSHOTS = 10

/** Changes reported, or registrations expired, per turn of the event loop. */
const CHUNK_SIZE = 500

/**
 * A namespace's registrations in memory, kept by following its log.
 *
 * `view` first reads the new log entries, in one round trip unless there are many, so it sees everything
 * that took effect before the call. It leaves out registrations that have expired by the time of Redis,
 * read at the same instant. A new copy is loaded beside the present one, and replaces it once complete,
 * if
 *
 * - the log doesn't continue at this reader's position: the reader fell behind the cap; the server was
 *   flushed, restarted or replaced; the log was lost, or expired with the last registration
 * - the log has a corrupt entry, or one that requires a reload
 * - the clock of Redis was set back, so expired registrations may be live again (an unnoticed step does
 *   no harm: a registration renewed afterwards is in the log, and its record is read)
 * - Redis has evicted keys, or an audit found a record that differs from the copy: neither is in the log
 *
 * A call waits for a load for at most `maxWaitMs`; the load continues without it. Between calls, a
 * replica in use keeps reading.
 */
export class Replica {
  readonly #options: ReplicaOptions
  /** Receives every change. */
  readonly watches = new Watches()
  readonly #follower: LogFollower
  readonly #rounds: SharedRound
  readonly #background = new BackgroundReading(() => this.#rounds.join())
  readonly #snapshots: Snapshots
  #copy = emptyCopy()
  /** Whether the log may continue at the copy's position. */
  #isFollowing = false
  /** Monotonic ms. */
  #loadedAtMs = -Infinity
  #loading: Promise<void> | null = null
  /** The copy that is being loaded. */
  #partialCopy: Copy | null = null
  /** Since when calls have been waiting to catch up, monotonic ms; `null` while nothing is to be read. */
  #behindSinceMs: number | null = null
  #loads = 0
  #expirations = 0

  constructor(connection: RedisConnection, options: ReplicaOptions) {
    this.#options = options
    this.#rounds = new SharedRound((calledAtMs) => this.#readOn(calledAtMs), connection.telemetry)
    this.#follower = new LogFollower(connection, options)
    this.#snapshots = new Snapshots(connection, options, async (copy) => {
      this.#partialCopy = copy
      return this.#follower.follow(copy, 'loading')
    })
  }

  /** Whether a load is in progress; it may take longer than a call waits. */
  get isLoading(): boolean {
    return this.#loading !== null
  }

  /** Registrations held. */
  get size(): number {
    return this.#copy.index.size
  }

  /** What is known without asking Redis. */
  get observed(): ObservedStore {
    const behindMs = this.#behindSinceMs === null ? 0 : performance.now() - this.#behindSinceMs
    return {
      registeredIdentities: this.#loads === 0 ? null : this.size,
      replicaLagS: behindMs / 1_000,
      reloads: Math.max(0, this.#loads - 1),
      expirations: this.#expirations,
      logLength: this.#follower.logLength,
    }
  }

  /** The log entry up to which `watches` have received all changes, and possibly later ones. */
  get toldPosition(): LogPosition | null {
    return this.#copy.toldPosition
  }

  /** When the next registration may expire, by `performance.now()`; `Infinity` if none will. */
  get nextExpiryAt(): number {
    const { nextExpiry } = this.#copy.index
    const { receivedAtMs, timeMs } = this.#follower.clock
    return nextExpiry === null ? Infinity : receivedAtMs + nextExpiry - timeMs
  }

  /** Live registrations that match. Callers share each read; one that cancels doesn't stop it. */
  async view(
    filter: CompiledFilter,
    order: SortOrder | null,
    signal?: AbortSignal,
  ): Promise<RegistrationView> {
    await this.#prepare(filter, order)
    signal?.throwIfAborted()
    return this.#copy.index.view(filter, order, signal)
  }

  /** The matches as targets of a multicast. */
  async selectTargets(filter: CompiledFilter, signal?: AbortSignal): Promise<TargetSet> {
    await this.#prepare(filter, null)
    signal?.throwIfAborted()
    return this.#copy.index.selectTargets(filter, signal)
  }

  /** Catches up, and builds the indexes for the answer. */
  async #prepare(filter: CompiledFilter, order: SortOrder | null): Promise<void> {
    await this.catchUp()
    const building = this.#copy.index.prepare(filter, order)
    if (building === null) return
    await building
    await this.catchUp()
  }

  /**
   * Reads everything that took effect before the call, in any process. Until the next turn of the event
   * loop, `held` and `get` return exactly that: the next round changes nothing before a reply arrives.
   * @throws RegistryError `UNAVAILABLE` also if that takes longer than `maxWaitMs`; the next call
   *   continues from there.
   */
  catchUp(): Promise<void> {
    this.#background.use()
    return this.#rounds.join()
  }

  /** The matches as of the changes that `watches` have received, ordered by identity. */
  held(filter: CompiledFilter): readonly Registration[] {
    return this.#copy.index.select(filter)
  }

  /** The live registrations of these identities. */
  async lookUp(identities: readonly string[]): Promise<readonly Registration[]> {
    await this.catchUp()
    return identities.flatMap((identity) => this.#copy.index.get(identity) ?? [])
  }

  get(identity: string): Registration | undefined {
    return this.#copy.index.get(identity)
  }

  /** Stops reading between calls. */
  close(): void {
    this.#background.stop()
  }

  async #readOn(calledAtMs: number): Promise<void> {
    const deadlineMs = calledAtMs + this.#options.maxWaitMs
    this.#behindSinceMs ??= calledAtMs
    if (this.#mustLookAgain()) this.#isFollowing = false
    const beganAtMs = performance.now()
    do {
      if (!this.#isFollowing) await this.#loaded(deadlineMs)
      // A load in progress may have last read the log before the call.
      if (this.#follower.readAtMs >= beganAtMs) break
      this.#isFollowing = (await this.#follower.follow(this.#copy, 'kept', deadlineMs)) === null
    } while (!this.#isFollowing)
    this.#behindSinceMs = null
    await this.#expire()
  }

  #mustLookAgain(): boolean {
    // With registrations, the audit compares them with their records.
    const hasNothing = this.#copy.position === null && this.size === 0
    return hasNothing && performance.now() - this.#loadedAtMs >= LOOK_AGAIN_MS
  }

  /** Waits until a new copy is loaded. */
  async #loaded(deadlineMs: number): Promise<void> {
    const loading = (this.#loading ??= this.#startLoading())
    await settledWithin([loading], Math.max(0, deadlineMs - performance.now()))
    if (this.#loading !== loading) return loading
    throw new RegistryError(
      'UNAVAILABLE',
      `The namespace "${this.#options.keys.namespace}" is still loading: ${this.#progress()}. ` +
        'Try again; the load continues.',
    )
  }

  #progress(): string {
    const { waiting } = this.#snapshots
    if (waiting === null)
      return `${formatCount(this.#partialCopy?.index.size ?? 0)} registrations so far`
    return `0 registrations so far, because a few readers load at a time, and ${formatCount(waiting)} load or wait`
  }

  #startLoading(): Promise<void> {
    const loading = this.#load().finally(() => {
      this.#loading = null
      this.#partialCopy = null
    })
    // If it fails while no call waits for it, the next call starts another load.
    loading.catch(() => {})
    return loading
  }

  async #load(): Promise<void> {
    let interruption: Interruption | null = null
    for (let snapshots = 0; snapshots < MAX_SNAPSHOTS; snapshots += 1) {
      const loaded = await this.#snapshots.load(this.size)
      if (typeof loaded === 'string') {
        interruption = loaded
        continue
      }
      // Parts of it may be newer than its position until the log is followed to its end.
      interruption = await this.#follower.follow(loaded, 'new')
      if (interruption === null) return this.#takeOver(loaded)
    }
    throw new RegistryError(
      'UNAVAILABLE',
      `The namespace "${this.#options.keys.namespace}" changes faster than it can be read: the last of ${MAX_SNAPSHOTS} ` +
        `attempts failed because ${interruption}.`,
    )
  }

  /** Replaces the copy and reports the difference to watches. */
  async #takeOver(loaded: Copy): Promise<void> {
    const { index } = loaded
    index.expire(this.#follower.clock.timeMs)
    if (this.watches.size > 0) await this.#tellDifference(this.#copy.index, index)
    index.onChange = (change) => {
      if (change.isExpiry) this.#expirations += 1
      this.watches.change(change)
    }
    this.#loads += 1
    this.#copy = loaded
    this.#loadedAtMs = performance.now()
    this.#follower.restartAudit()
    this.#isFollowing = true
  }

  async #tellDifference(from: RegistrationIndex, to: RegistrationIndex): Promise<void> {
    const { timeMs } = this.#follower.clock
    let steps = 0
    for (const { identity, before, after } of differences(from.list(), to.list())) {
      const isExpiry = before !== null && hasExpired(before, timeMs)
      this.watches.change({ identity, before, after, isExpiry })
      steps += 1
      if (steps % CHUNK_SIZE === 0) await nextTurn()
    }
  }

  async #expire(): Promise<void> {
    const { clock } = this.#follower
    while (!this.#copy.index.expire(clock.timeMs, CHUNK_SIZE)) await nextTurn()
  }
}
