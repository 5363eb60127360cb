import { setImmediate as nextTurn } from 'node:timers/promises'
import { RegistryError } from '../errors.ts'
import type { CompiledFilter } from '../filter/compile.ts'
import { hasExpired } from '../memory/expiry-queue.ts'
import type { RegistrationIndex } from '../memory/registration-index.ts'
import type { SortOrder } from '../paging/sort-order.ts'
import type { RegistrationView } from '../registration-view.ts'
import type { Registration } from '../registration.ts'
import type { TargetSet } from '../targets/target-set.ts'
import type { Warnings } from '../warnings.ts'
import { differences } from '../watch/registration-change.ts'
import { Watches } from '../watch/watches.ts'
import { agree, Audit, mayBeLong } from './audit.ts'
import type { RedisConnection } from './connection.ts'
import {
  emptyCopy,
  putRecorded,
  type Copy,
  type Interruption,
  type ReplicaOptions,
} from './copy.ts'
import { CorruptData } from './corrupt-data.ts'
import type { NamespaceKeys } from './keys.ts'
import {
  applyEntry,
  isSamePosition,
  timeOf,
  touchesOf,
  type LogEntry,
  type LogPosition,
} from './log.ts'
import { readLog, type LogChecks, type LogReading } from './log-reading.ts'
import { readRecords } from './records.ts'
import { ServerClock } from './server-clock.ts'
import { SharedRound } from './shared-round.ts'
import { Snapshots } from './snapshot.ts'

/** Log entries read at a time: a few ms of work for either side. */
const chunkSize = 500

/** How often a reader checks for changes that are in no log, in ms, unless Redis is set to evict. */
const CHECK_EVERY_MS = 100

/**
 * How often a reader that found no log and no registrations looks again, in ms, because it would
 * not otherwise notice any that have lost both index and log.
 */
const LOOK_AGAIN_MS = 1000

/** Snapshots begun for one answer before it is given up. */
const maxSnapshots = 10

/**
 * Why a copy is followed: to load it; to answer the call that loaded it; or to answer a later
 * one, for which it is also checked for changes that are in no log.
 */
type Stage = 'loading' | 'new' | 'kept'

/**
 * A namespace's registrations in memory, kept by following its log.
 *
 * `view` first reads what the log has gained, in one round trip if that is not much, so it sees
 * everything that took effect before the call. What ended is left out by the time of Redis, read
 * at the same instant. A new copy is loaded beside the present one, and takes its place when it is
 * complete, if
 *
 * - the log doesn't continue where this reader was: it fell behind the cap; the server was flushed,
 *   restarted or replaced; the log was lost
 * - the log has an entry that is corrupt, or that says so
 * - the clock of Redis was set back. What has ended here may be live again. (A step that goes
 *   unnoticed changes nothing: whoever is renewed then is in the log, and its record is read.)
 * - Redis has evicted keys, or an audit found a record that differs from the copy: no log has that
 */
export class Replica {
  readonly #connection: RedisConnection
  readonly #options: ReplicaOptions
  readonly #keys: NamespaceKeys
  readonly #warnings: Warnings
  /** Receives every change from one answer to the next. */
  readonly watches = new Watches()
  readonly #rounds = new SharedRound(() => this.#readOn())
  readonly #clock = new ServerClock()
  readonly #audit = new Audit()
  readonly #snapshots: Snapshots
  #copy = emptyCopy()
  /** Up to where `watches` have received everything. */
  #toldPosition: LogPosition | null = null
  /** Whether the log may still continue where the copy ends. */
  #isFollowing = false
  /** Monotonic ms. */
  #checkedAtMs = -Infinity
  #loadedAtMs = -Infinity
  /** Why the last copy could not be continued, for messages. */
  #interruption: Interruption = ''

  constructor(connection: RedisConnection, options: ReplicaOptions) {
    this.#connection = connection
    this.#options = options
    this.#keys = options.keys
    this.#warnings = options.warnings
    this.#snapshots = new Snapshots(connection, options, async (copy) =>
      (await this.#follow(copy, 'loading')) ? null : this.#interruption,
    )
  }

  /** Registrations held. */
  get size(): number {
    return this.#copy.index.size
  }

  /** The log entry up to which `watches` have received everything, and perhaps some more. */
  get toldPosition(): LogPosition | null {
    return this.#toldPosition
  }

  /** When the next registration may expire, by `performance.now()`; `Infinity` if none will. */
  get nextExpiryAt(): number {
    const { nextExpiry } = this.#copy.index
    if (nextExpiry === null) return Infinity
    return this.#clock.receivedAtMs + nextExpiry - this.#clock.timeMs
  }

  /** Live registrations that match. */
  async view(filter: CompiledFilter, order: SortOrder | null): Promise<RegistrationView> {
    await this.#prepare(filter, order)
    return this.#copy.index.view(filter, order)
  }

  /** Those that `select` gives, as targets. */
  async selectTargets(filter: CompiledFilter): Promise<TargetSet> {
    await this.#prepare(filter, null)
    return this.#copy.index.selectTargets(filter)
  }

  /** Catches up, with the indexes that an answer should have. */
  async #prepare(filter: CompiledFilter, order: SortOrder | null): Promise<void> {
    await this.catchUp()
    const building = this.#copy.index.prepare(filter, order)
    if (building === null) return
    await building
    await this.catchUp()
  }

  /**
   * Reads what took effect before the call, in any process. Until the next turn of the event loop,
   * `held` and `get` give exactly that: the next round changes nothing before a reply arrives.
   */
  catchUp(): Promise<void> {
    return this.#rounds.join()
  }

  /** The matches as of the changes that `watches` have received, ordered by identity. */
  held(filter: CompiledFilter): readonly Registration[] {
    return this.#copy.index.select(filter)
  }

  /** The live registrations of these identities. */
  async lookUp(identities: readonly string[]): Promise<readonly Registration[]> {
    await this.#rounds.join()
    return identities.flatMap((identity) => this.#copy.index.get(identity) ?? [])
  }

  get(identity: string): Registration | undefined {
    return this.#copy.index.get(identity)
  }

  async #readOn(): Promise<void> {
    if (this.#mustLookAgain()) this.#isFollowing = false
    this.#isFollowing &&= await this.#follow(this.#copy, 'kept')
    if (this.#isFollowing) return this.#expire()
    for (let snapshots = 0; snapshots < maxSnapshots; snapshots += 1) {
      const loaded = await this.#snapshots.load(this.size)
      if (typeof loaded === 'string') this.#interruption = loaded
      // Some of it may be newer than its position until the log is followed to its end.
      else if (await this.#follow(loaded, 'new')) {
        await this.#takeOver(loaded)
        this.#audit.restart()
        this.#isFollowing = true
        return this.#expire()
      }
    }
    throw new RegistryError(
      'UNAVAILABLE',
      `The namespace "${this.#keys.namespace}" changes faster than it can be read: of ${maxSnapshots} ` +
        `attempts, the last one failed because ${this.#interruption}.`,
    )
  }

  #mustLookAgain(): boolean {
    // A reader with registrations has them compared with their records.
    const hasNothing = this.#copy.position === null && this.size === 0
    return hasNothing && performance.now() - this.#loadedAtMs >= LOOK_AGAIN_MS
  }

  /** Replaces the copy; watches receive the difference. */
  async #takeOver(loaded: Copy): Promise<void> {
    const { index } = loaded
    index.expire(this.#clock.timeMs)
    if (this.watches.size > 0) await this.#tellDifference(this.#copy.index, index)
    index.onChange = (change) => this.watches.change(change)
    this.#copy = loaded
    this.#loadedAtMs = performance.now()
    this.#toldPosition = loaded.position
  }

  async #tellDifference(from: RegistrationIndex, to: RegistrationIndex): Promise<void> {
    let steps = 0
    for (const { identity, before, after } of differences(from.list(), to.list())) {
      const isExpiry = before !== null && hasExpired(before, this.#clock.timeMs)
      this.watches.change({ identity, before, after, isExpiry })
      steps += 1
      if (steps % chunkSize === 0) await nextTurn()
    }
  }

  /**
   * Applies the log to its end.
   * @returns `false` if the copy can't be continued, and another must be loaded.
   */
  async #follow(copy: Copy, stage: Stage): Promise<boolean> {
    for (;;) {
      const reading = await this.#read(copy, stage === 'kept')
      if (!this.#isSteady(copy, reading)) return false
      if (!startsAt(copy.position, reading.entries)) {
        this.#interruption = `the log "${this.#keys.log}" went past what had been read of it (raise its cap)`
        return false
      }
      const unknown = this.#apply(copy, reading)
      if (!unknown) return false
      if (reading.checks && !this.#passes(reading.checks, reading, copy)) return false
      // A copy that is being loaded has yet to reach them.
      const hasUnknown = unknown.size > 0 && stage !== 'loading'
      if (hasUnknown) await this.#readUnknown(copy, [...unknown])
      if (copy === this.#copy) this.#toldPosition = copy.position
      if (!hasUnknown && !reading.hasMore) return true
    }
  }

  #read({ position, index, skipped }: Copy, mayCheck: boolean): Promise<LogReading> {
    const { evictions } = this.#options
    let audited: { identities: readonly string[]; asksFacts: boolean } | null = null
    const nowMs = performance.now()
    const isDue = nowMs - this.#checkedAtMs >= CHECK_EVERY_MS || evictions.isEvicting
    if (mayCheck && isDue) {
      this.#checkedAtMs = nowMs
      const identities = this.#audit.next(index, skipped)
      audited = { identities, asksFacts: evictions.isPermitted }
    }
    return readLog(this.#connection, this.#keys, position, chunkSize, audited)
  }

  /** Whether the clock of Redis has not been set back since the previous reading. */
  #isSteady({ position }: Copy, { timeMs, sentAtMs, receivedAtMs, entries }: LogReading): boolean {
    let steppedBackMs = this.#clock.observe(timeMs, sentAtMs, receivedAtMs)
    // An entry with a future time was written while the clock was ahead. Those that follow it have the
    // same time until the clock reaches it again.
    let latestMs = position === null ? Infinity : timeOf(position)
    for (const entry of entries) {
      const writtenMs = timeOf(entry.position)
      if (writtenMs <= latestMs) continue
      latestMs = writtenMs
      steppedBackMs = Math.max(steppedBackMs, writtenMs - timeMs)
    }
    if (steppedBackMs <= 0) return true
    this.#interruption = 'the clock of Redis was set back'
    this.#warnings.warn(
      'CLOCK_STEPPED_BACK',
      `The clock of Redis at ${this.#connection.name} was set back by ${Math.ceil(steppedBackMs)} ms, ` +
        'so registrations may have ended too early, or live longer. Clocks of Redis should be slewed, not stepped.',
    )
    return false
  }

  /**
   * Applies what was read.
   * @returns identities whose records must be read; `undefined` if another copy must be loaded.
   */
  #apply(copy: Copy, { entries }: LogReading): Set<string> | undefined {
    const unknown = new Set<string>()
    for (let at = 1; at < entries.length; at += 1) {
      const entry = entries[at]
      if (entry === undefined) break
      try {
        const application = applyEntry(copy.index, entry)
        if (application.state === 'reload') {
          this.#interruption = 'the index was repaired'
          return undefined
        }
        if (application.state === 'unknown') unknown.add(application.identity)
        if (copy.touched) for (const [identity] of touchesOf(entry)) copy.touched.add(identity)
      } catch (error) {
        if (!(error instanceof CorruptData)) throw error
        this.#interruption = 'the log had a corrupt entry'
        this.#warnings.warn(
          'CORRUPT_LOG_ENTRY',
          `Entry ${entry.position.id} of the log "${this.#keys.log}" was left out, and everything was read again: ${error.message}.`,
        )
        return undefined
      }
      copy.position = entry.position
    }
    return unknown
  }

  /** Reads records that the log renews but this reader doesn't hold, e.g. because they had expired. */
  async #readUnknown(copy: Copy, identities: readonly string[]): Promise<void> {
    const records = await readRecords(this.#connection, this.#keys, identities)
    for (const { identity, recorded } of records) {
      putRecorded(copy, identity, recorded, this.#options)
    }
  }

  /** Whether there is no sign that records were evicted, deleted or changed by anything but a registry. */
  #passes({ facts, records }: LogChecks, { hasMore, timeMs }: LogReading, copy: Copy): boolean {
    if (this.#options.evictions.observe(facts)) return false
    // Only at its end does the log match the records of the same instant.
    if (hasMore) return true
    return records.every(({ identity, recorded }) => {
      const held = copy.index.get(identity)
      if (recorded.state === 'unread') return held === undefined || mayBeLong(held)
      const registration = recorded.state === 'valid' ? recorded.registration : undefined
      return agree(held, registration, timeMs)
    })
  }

  async #expire(): Promise<void> {
    while (!this.#copy.index.expire(this.#clock.timeMs, chunkSize)) await nextTurn()
  }
}

/** Whether the reading begins with the entry at `position`; if there was no log, whether there still is none. */
function startsAt(position: LogPosition | null, entries: readonly LogEntry[]): boolean {
  const [first] = entries
  if (position === null || first === undefined) return position === null && first === undefined
  return isSamePosition(first.position, position)
}
