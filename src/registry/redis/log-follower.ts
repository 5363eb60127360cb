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
import { FEW, LoadPermits } from './load-permits.ts'
import { isDenial } from './missing-right.ts'
import { type Audited, readLog, type LogChecks, type LogReading } from './log-reading.ts'
import { findPositionScript } from './read-scripts.ts'
import { readRecords } from './records.ts'
import { countFrom } from './replies.ts'
import { ServerClock } from './server-clock.ts'

/** Log entries read at a time, a few ms of work on either side. */
const CHUNK_SIZE = 500

/** Positions looked for at a time, about 100 µs of Redis time. */
const POSITIONS_AT_A_TIME = 100

/** How often a reader checks for changes that are in no log, in ms; with every read if Redis evicts. */
const CHECK_EVERY_MS = 100

/** Maximum time per turn of the event loop for applying entries, in ms, and entries between checks. */
const TURN_BUDGET_MS = 5
const ENTRIES_BETWEEN_LOOKS = 64

/**
 * Why a copy is followed: to load it; to answer the call that loaded it; or to answer a later call, which
 * also checks for changes that are in no log.
 */
export type Stage = 'loading' | 'new' | 'kept'

/** Applies the log of a namespace to copies of its registrations. */
export class LogFollower {
  readonly #connection: RedisConnection
  readonly #options: ReplicaOptions
  readonly #permits: LoadPermits
  readonly #audit = new Audit()
  #logLength: number | null = null
  #maySeeLength = true
  #hasWarned = false
  readonly #budget = new EventLoopBudget(TURN_BUDGET_MS)
  /** The clock as of the latest reading of any copy. */
  readonly clock = new ServerClock()
  /** Monotonic ms. */
  #checkedAtMs = -Infinity
  #readAtMs = -Infinity

  constructor(connection: RedisConnection, options: ReplicaOptions) {
    this.#connection = connection
    this.#options = options
    this.#permits = new LoadPermits(
      connection,
      options.keys,
      options.maxConcurrentLoads,
      options.warnings,
    )
  }

  /** Entries of the log when it was checked last; `null` if it wasn't, or may not be. */
  get logLength(): number | null {
    return this.#logLength
  }

  /** When the latest reading of any copy was requested, by `performance.now()`. */
  get readAtMs(): number {
    return this.#readAtMs
  }

  /** Starts comparing another copy with the records in Redis. */
  restartAudit(): void {
    this.#audit.restart()
  }

  /**
   * Applies the log to its end.
   * @param deadlineMs by `performance.now()`.
   * @returns `null`, or why the copy can't be continued and another one must be loaded.
   * @throws RegistryError `UNAVAILABLE` after the deadline; the copy can still be continued.
   */
  async follow(copy: Copy, stage: Stage, deadlineMs = Infinity): Promise<Interruption | null> {
    // The records read by an earlier call that didn't reach the end may be newer than a log that has lost its end since.
    for (const identity of copy.ahead) copy.unread.add(identity)
    copy.ahead.clear()
    for (;;) {
      const reading = await this.#read(copy, stage === 'kept' && copy.unread.size === 0)
      this.#readAtMs = reading.sentAtMs
      const steppedBackMs = this.#observeClock(copy, reading)
      if (steppedBackMs > 0) {
        this.#warnOfStep(steppedBackMs)
        return 'the clock of Redis was set back'
      }
      if (!startsAt(copy.position, reading.entries)) {
        if (stage === 'kept' && (await this.#goBack(copy))) continue
        const { log } = this.#options.keys
        return `the log "${log}" was trimmed past the reader's position (raise logCap)`
      }
      const interruption = await this.#apply(copy, reading, stage)
      if (interruption !== null) return interruption
      const { checks } = reading
      if (checks !== null) {
        this.#logLength = checks.logLength
        // Each refusal is in the log of the server's administrator.
        this.#maySeeLength &&= checks.logLength !== null
        const hasEvicted = this.#options.evictions.observe(checks.facts)
        if (checks.refusal !== null) this.#warnOfRefusal(checks.refusal)
        // Only at its end does the log match the records of the same instant.
        const isSame =
          reading.hasMore || copy.unread.size > 0 || agreesWith(copy, checks, reading.timeMs)
        if (hasEvicted || !isSame)
          return 'records were evicted, deleted or changed by other programs'
      }
      if (!reading.hasMore && copy.unread.size > 0) await this.#readUnread(copy, deadlineMs)
      else if (!reading.hasMore) {
        copy.ahead.clear()
        copy.toldPosition = copy.position
        return null
      }
      if (copy.unread.size === 0 && copy.ahead.size === 0) copy.toldPosition = copy.position
      if (performance.now() > deadlineMs) throw this.#tooFarBehind()
    }
  }

  #read({ position, index, skipped }: Copy, mayCheck: boolean): Promise<LogReading> {
    const { evictions, keys } = this.#options
    let audited: Audited | null = null
    const nowMs = performance.now()
    const isDue = nowMs - this.#checkedAtMs >= CHECK_EVERY_MS || evictions.isEvicting
    if (mayCheck && isDue) {
      this.#checkedAtMs = nowMs
      const identities = this.#audit.next(index, skipped)
      audited = {
        identities,
        asksFacts: evictions.isPermitted,
        asksLength: this.#maySeeLength,
      }
    }
    return readLog(this.#connection, keys, position, CHUNK_SIZE, audited)
  }

  /** @returns by how many ms the clock of Redis was set back since the previous reading; ≤ 0 if it wasn't. */
  #observeClock({ position }: Copy, reading: LogReading): number {
    const { timeMs, sentAtMs, receivedAtMs, entries } = reading
    let steppedBackMs = this.clock.observe(timeMs, sentAtMs, receivedAtMs)
    // An entry with a future time was written while the clock was ahead. Later entries have the same time
    // until the clock catches up.
    let latestMs = position === null ? Infinity : timeOf(position)
    for (const entry of entries) {
      const writtenMs = timeOf(entry.position)
      if (writtenMs <= latestMs) continue
      latestMs = writtenMs
      steppedBackMs = Math.max(steppedBackMs, writtenMs - timeMs)
    }
    return steppedBackMs
  }

  /**
   * Goes back to the latest position of the copy that the log still has, if any: a failover or a restart has lost
   * what came later. Identities that changed since are read from their records.
   */
  async #goBack(copy: Copy): Promise<boolean> {
    const { log } = this.#options.keys
    const positions = copy.trail.positions()
    for (let from = 0; from < positions.length; from += POSITIONS_AT_A_TIME) {
      const some = positions.slice(from, from + POSITIONS_AT_A_TIME)
      const args = some.flatMap(({ id, mark }) => [id, mark])
      const at = countFrom(await this.#connection.run(findPositionScript, [log], args))
      const found = some[at - 1]
      if (found === undefined) continue
      for (const identity of copy.trail.cutAfter(found)) copy.unread.add(identity)
      copy.position = found
      return true
    }
    return false
  }

  /** Warns once if the user may not make the write that shows whether the server is a replica. */
  #warnOfRefusal(refusal: string): void {
    if (this.#hasWarned || !isDenial(refusal)) return
    this.#hasWarned = true
    const { nothing } = this.#options.keys
    this.#options.warnings.warn(
      'PERMISSION_DENIED',
      `Readers can't tell whether Redis at ${this.#connection.name} has become a replica, whose data may be old: ${refusal.trim()}. ` +
        `The user lacks +del, or access to ${nothing}; \`prism-loadtest access\` prints what each role needs`,
    )
  }

  #warnOfStep(steppedBackMs: number): void {
    this.#options.warnings.warn(
      'CLOCK_STEPPED_BACK',
      `The clock of Redis at ${this.#connection.name} was set back by ${Math.ceil(steppedBackMs)} ms, ` +
        'so registrations may have expired too early or may live longer. Slew the clock of a Redis server instead of stepping it.',
    )
  }

  /**
   * Applies the entries read, yielding to the event loop. Notes the identities whose records must be read.
   * @returns `null`, or why another copy must be loaded.
   */
  async #apply(
    copy: Copy,
    { entries, timeMs, hasMore }: LogReading,
    stage: Stage,
  ): Promise<Interruption | null> {
    const { index, trail, unread, ahead, touched } = copy
    if (copy.position !== null && entries.length > 1) trail.begin(copy.position)
    for (let at = 1; at < entries.length; at += 1) {
      const entry = entries[at]
      if (entry === undefined) break
      if (at % ENTRIES_BETWEEN_LOOKS === 0 && this.#budget.check()) await this.#budget.renew()
      try {
        if (!(unread.has(entry.id) && namesOne(entry))) {
          const application = applyEntry(index, entry, timeMs)
          if (application.state === 'reload') return 'the index was repaired'
          // A copy that is being loaded will reach them later.
          if (application.state === 'unknown' && stage !== 'loading') {
            unread.add(application.identity)
          }
        }
        if (entry.kind === 'record' && hasMore) ahead.add(entry.id)
        trail.note(entry, index)
        if (touched) for (const [identity] of touchesOf(entry)) touched.add(identity)
      } catch (error) {
        if (!(error instanceof CorruptData)) throw error
        this.#options.warnings.warn(
          'CORRUPT_LOG_ENTRY',
          `Entry ${entry.position.id} of the log "${this.#options.keys.log}" was ignored, and all registrations were reloaded: ${error.message}.`,
        )
        return 'the log had a corrupt entry'
      }
      copy.position = entry.position
    }
    return null
  }

  /** Reads the records of identities that the copy lacks although the log renews them, or of which it has another history. */
  async #readUnread(copy: Copy, deadlineMs: number): Promise<void> {
    if (copy.unread.size <= FEW) return this.#readPart(copy, [...copy.unread])
    // After a failover that lost much, all readers go back at once.
    const permit = await this.#permits.take(deadlineMs)
    try {
      const identities = [...copy.unread]
      for (let from = 0; from < identities.length; from += CHUNK_SIZE) {
        await this.#readPart(copy, identities.slice(from, from + CHUNK_SIZE))
        await permit.keep()
      }
    } finally {
      await permit.release()
    }
  }

  async #readPart(copy: Copy, identities: readonly string[]): Promise<void> {
    const records = await readRecords(this.#connection, this.#options.keys, identities)
    for (const { identity, recorded } of records) {
      putRecorded(copy, identity, recorded, this.#options)
      copy.unread.delete(identity)
      copy.ahead.add(identity)
    }
  }

  #tooFarBehind(): RegistryError {
    return new RegistryError(
      'UNAVAILABLE',
      `The namespace "${this.#options.keys.namespace}" has more changes than a call can read before its ` +
        'timeout. Try again: the next call continues from here.',
    )
  }
}

/** Whether the id of an entry is one identity. */
function namesOne({ kind }: LogEntry): boolean {
  return kind !== 'clear' && kind !== 'expire'
}

/** Whether a copy agrees with the records read at `timeMs`. */
function agreesWith({ index }: Copy, { records }: LogChecks, timeMs: number): boolean {
  return records.every(({ identity, recorded }) => {
    const held = index.get(identity)
    if (recorded.state === 'unread') return held === undefined || mayBeLong(held)
    const registration = recorded.state === 'valid' ? recorded.registration : undefined
    return agree(held, registration, timeMs)
  })
}

/** Whether the reading begins with the entry at `position`; for `null`, whether there is still no log. */
function startsAt(position: LogPosition | null, entries: readonly LogEntry[]): boolean {
  const [first] = entries
  if (position === null || first === undefined) return position === null && first === undefined
  return isSamePosition(first.position, position)
}
