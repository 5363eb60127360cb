import { RegistryError } from '../errors.ts'
import { EventLoopBudget } from '../event-loop-budget.ts'
import { agree, Audit, mayBeLong } from './audit.ts'
import type { RedisConnection } from './connection.ts'
import { putRecorded, type Copy, type Interruption, type ReplicaOptions } from './copy.ts'
import { CorruptData } from './record.ts'
import {
  applyEntry,
  isSamePosition,
  timeOf,
  type LogEntry,
  type LogPosition,
  touchesOf,
} from './log.ts'
import { readLog, type LogChecks, type LogReading } from './log-reading.ts'
import { readRecords } from './records.ts'
import { ServerClock } from './server-clock.ts'

/** Log entries read at a time: a few ms of work for either side. */
const CHUNK_SIZE = 500

/** How often a reader checks for changes that are in no log, in ms, unless Redis is set to evict. */
const CHECK_EVERY_MS = 100

/** How long applying entries may hold a turn of the event loop, in ms; looked at after some of them. */
const TURN_BUDGET_MS = 5
const ENTRIES_BETWEEN_LOOKS = 64

/**
 * Why a copy is followed: to load it; to answer the call that loaded it; or to answer a later
 * one, for which it is also checked for changes that are in no log.
 */
export type Stage = 'loading' | 'new' | 'kept'

/** Applies the log of a namespace to copies of its registrations. */
export class LogFollower {
  readonly #connection: RedisConnection
  readonly #options: ReplicaOptions
  readonly #audit = new Audit()
  readonly #budget = new EventLoopBudget(TURN_BUDGET_MS)
  /** As of the latest reading of any copy. */
  readonly clock = new ServerClock()
  /** Monotonic ms. */
  #checkedAtMs = -Infinity
  #readAtMs = -Infinity
  #interruption: Interruption = ''

  constructor(connection: RedisConnection, options: ReplicaOptions) {
    this.#connection = connection
    this.#options = options
  }

  /** Why the last copy could not be continued, for messages. */
  get interruption(): Interruption {
    return this.#interruption
  }

  /** When the latest reading of any copy was sent for, by `performance.now()`. */
  get readAtMs(): number {
    return this.#readAtMs
  }

  /** Starts to compare another copy with the records in Redis. */
  restartAudit(): void {
    this.#audit.restart()
  }

  /**
   * Applies the log to its end.
   * @param deadlineMs by `performance.now()`.
   * @returns `false` if the copy can't be continued, and another must be loaded.
   * @throws RegistryError `UNAVAILABLE` after the deadline; the copy can still be continued.
   */
  async follow(copy: Copy, stage: Stage, deadlineMs = Infinity): Promise<boolean> {
    for (;;) {
      const reading = await this.#read(copy, stage === 'kept')
      this.#readAtMs = reading.sentAtMs
      if (!this.#isSteady(copy, reading)) return false
      if (!startsAt(copy.position, reading.entries)) {
        const { log } = this.#options.keys
        this.#interruption = `the log "${log}" went past what had been read of it (raise its cap)`
        return false
      }
      const unknown = await this.#apply(copy, reading)
      if (!unknown) return false
      if (reading.checks && !this.#passes(reading.checks, reading, copy)) return false
      // A copy that is being loaded has yet to reach them.
      const hasUnknown = unknown.size > 0 && stage !== 'loading'
      if (hasUnknown) await this.#readUnknown(copy, [...unknown])
      copy.toldPosition = copy.position
      if (!hasUnknown && !reading.hasMore) return true
      if (performance.now() > deadlineMs) throw this.#tooFarBehind()
    }
  }

  #read({ position, index, skipped }: Copy, mayCheck: boolean): Promise<LogReading> {
    const { evictions, keys } = this.#options
    let audited: { identities: readonly string[]; asksFacts: boolean } | null = null
    const nowMs = performance.now()
    const isDue = nowMs - this.#checkedAtMs >= CHECK_EVERY_MS || evictions.isEvicting
    if (mayCheck && isDue) {
      this.#checkedAtMs = nowMs
      const identities = this.#audit.next(index, skipped)
      audited = { identities, asksFacts: evictions.isPermitted }
    }
    return readLog(this.#connection, keys, position, CHUNK_SIZE, audited)
  }

  /** Whether the clock of Redis has not been set back since the previous reading. */
  #isSteady({ position }: Copy, { timeMs, sentAtMs, receivedAtMs, entries }: LogReading): boolean {
    let steppedBackMs = this.clock.observe(timeMs, sentAtMs, receivedAtMs)
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
    this.#options.warnings.warn(
      'CLOCK_STEPPED_BACK',
      `The clock of Redis at ${this.#connection.name} was set back by ${Math.ceil(steppedBackMs)} ms, ` +
        'so registrations may have ended too early, or live longer. Clocks of Redis should be slewed, not stepped.',
    )
    return false
  }

  /**
   * Applies what was read, giving way to other work now and then.
   * @returns identities whose records must be read; `undefined` if another copy must be loaded.
   */
  async #apply(copy: Copy, { entries, timeMs }: LogReading): Promise<Set<string> | undefined> {
    const unknown = new Set<string>()
    for (let at = 1; at < entries.length; at += 1) {
      const entry = entries[at]
      if (entry === undefined) break
      if (at % ENTRIES_BETWEEN_LOOKS === 0 && this.#budget.exhausted) await this.#budget.renew()
      try {
        const application = applyEntry(copy.index, entry, timeMs)
        if (application.state === 'reload') {
          this.#interruption = 'the index was repaired'
          return undefined
        }
        if (application.state === 'unknown') unknown.add(application.identity)
        if (copy.touched) for (const [identity] of touchesOf(entry)) copy.touched.add(identity)
      } catch (error) {
        if (!(error instanceof CorruptData)) throw error
        this.#interruption = 'the log had a corrupt entry'
        this.#options.warnings.warn(
          'CORRUPT_LOG_ENTRY',
          `Entry ${entry.position.id} of the log "${this.#options.keys.log}" was left out, and everything was read again: ${error.message}.`,
        )
        return undefined
      }
      copy.position = entry.position
    }
    return unknown
  }

  /** Reads records that the log renews but this reader doesn't hold, e.g. because they had expired. */
  async #readUnknown(copy: Copy, identities: readonly string[]): Promise<void> {
    const records = await readRecords(this.#connection, this.#options.keys, identities)
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

  #tooFarBehind(): RegistryError {
    return new RegistryError(
      'UNAVAILABLE',
      `The namespace "${this.#options.keys.namespace}" has more changes than could be read in the time that a call ` +
        'waits for them. What was read counts: try again.',
    )
  }
}

/** Whether the reading begins with the entry at `position`; if there was no log, whether there still is none. */
function startsAt(position: LogPosition | null, entries: readonly LogEntry[]): boolean {
  const [first] = entries
  if (position === null || first === undefined) return position === null && first === undefined
  return isSamePosition(first.position, position)
}
