import { setImmediate as nextTurn } from 'node:timers/promises'
import { RegistryError } from '../errors.ts'
import type { CompiledFilter } from '../filter/compile.ts'
import { RegistrationIndex } from '../memory/registration-index.ts'
import type { Registration } from '../registration.ts'
import type { RedisConnection } from './connection.ts'
import type { NamespaceKeys } from './keys.ts'
import {
  applyEntry,
  isSamePosition,
  logEntriesFrom,
  logEntryFromLines,
  type LogEntry,
  type LogPosition,
} from './log.ts'
import { recordFields, registrationFrom } from './record.ts'
import { readHashesScript, readLogScript } from './scripts.ts'
import { SharedRound } from './shared-round.ts'

/** Log entries, or identities of a snapshot, read at a time: a few ms of work for either side. */
const chunkSize = 500

/** Snapshots begun for one answer before it is given up. */
const maxSnapshots = 10

/** What a reader holds: all that the log says up to `position`. */
interface Copy {
  readonly index: RegistrationIndex
  /** The last entry applied; `null` before the first one of a namespace without a log. */
  position: LogPosition | null
}

/**
 * A namespace's registrations in memory, kept by following its log.
 *
 * `select` first reads what the log has gained, in one round trip if that is not much, so it sees
 * everything that took effect before the call. What ended is left out by the time of Redis, read
 * at the same instant. If the log doesn't continue where this reader was (it fell behind the cap; the
 * server was flushed, restarted or replaced), a new copy is loaded beside the present one, and takes
 * its place when it is complete.
 */
export class Replica {
  readonly #connection: RedisConnection
  readonly #keys: NamespaceKeys
  readonly #rounds = new SharedRound(() => this.#catchUp())
  #copy: Copy = { index: new RegistrationIndex(), position: null }
  /** Whether the log may still continue where the copy ends. */
  #isFollowing = false
  #serverTimeMs = 0

  constructor(connection: RedisConnection, keys: NamespaceKeys) {
    this.#connection = connection
    this.#keys = keys
  }

  /** Registrations held. */
  get size(): number {
    return this.#copy.index.size
  }

  /** Live registrations that match, ordered by identity. */
  async select(filter: CompiledFilter): Promise<readonly Registration[]> {
    await this.#rounds.join()
    // The next round changes the index only when a reply arrives, which is not before this is done.
    return this.#copy.index.select(filter)
  }

  async #catchUp(): Promise<void> {
    for (let snapshots = 0; ;) {
      this.#isFollowing &&= await this.#follow(this.#copy)
      if (this.#isFollowing) return this.#expire()
      if (snapshots === maxSnapshots) break
      snapshots += 1
      const loaded = await this.#load()
      if (!loaded) continue
      this.#copy = loaded
      this.#isFollowing = true
    }
    throw new RegistryError(
      'UNAVAILABLE',
      `The log "${this.#keys.log}" is overrun faster than it can be read: raise its cap.`,
    )
  }

  /**
   * Applies the log to its end.
   * @returns `false` if it doesn't continue from the copy's position.
   */
  async #follow(copy: Copy): Promise<boolean> {
    for (;;) {
      const { timeMs, entries } = await this.#readLog(copy.position)
      const isContinuous = timeMs >= this.#serverTimeMs && startsAt(copy.position, entries)
      this.#serverTimeMs = timeMs
      if (!isContinuous) return false
      for (const entry of entries.slice(1)) {
        applyEntry(copy.index, entry)
        copy.position = entry.position
      }
      if (entries.length < chunkSize) return true
    }
  }

  /**
   * Loads everything, while writers go on. The log's end is noted first. Then, chunk by chunk, the
   * log is followed and the chunk's hashes are read, which are thus never older than the position;
   * what the log says of them again later is idempotent. ZSCAN gives every identity that stays in
   * the index meanwhile; those that come or go are in the log.
   * @returns `undefined` if continuity was lost on the way.
   */
  async #load(): Promise<Copy | undefined> {
    const copy: Copy = { index: new RegistrationIndex(), position: await this.#endOfLog() }
    if (copy.position === null) return copy
    let cursor = '0'
    do {
      const [next, members] = await this.#connection.perform((client) =>
        client.zscan(this.#keys.index, cursor, 'COUNT', chunkSize),
      )
      cursor = next
      const identities = members.filter((_, at) => at % 2 === 0)
      for (let from = 0; from < identities.length; from += chunkSize) {
        if (!(await this.#follow(copy))) return undefined
        await this.#readHashes(copy.index, identities.slice(from, from + chunkSize))
      }
    } while (cursor !== '0')
    return copy
  }

  async #readHashes(index: RegistrationIndex, identities: readonly string[]): Promise<void> {
    const keys = identities.map((identity) => this.#keys.identity(identity))
    const reply = await this.#connection.run(readHashesScript, keys, recordFields)
    const records: readonly unknown[] = Array.isArray(reply) ? reply : []
    for (const [at, identity] of identities.entries()) {
      const values = records[at]
      const registration = Array.isArray(values) ? registrationFrom(values) : undefined
      if (registration) index.put(registration)
      else index.remove(identity)
    }
  }

  async #endOfLog(): Promise<LogPosition | null> {
    const reply = await this.#connection.perform((client) =>
      client.xrevrange(this.#keys.log, '+', '-', 'COUNT', 1),
    )
    return logEntriesFrom(reply)[0]?.position ?? null
  }

  async #readLog(from: LogPosition | null): Promise<{ timeMs: number; entries: LogEntry[] }> {
    const reply = await this.#connection.run(
      readLogScript,
      [this.#keys.log],
      [from?.id ?? '-', chunkSize],
    )
    const [timeMs, ...entries]: unknown[] = Array.isArray(reply) ? reply : []
    return { timeMs: Number(timeMs), entries: entries.map(logEntryFromLines) }
  }

  async #expire(): Promise<void> {
    while (!this.#copy.index.expire(this.#serverTimeMs, chunkSize)) await nextTurn()
  }
}

/** Whether what was read begins with the entry at `position`; where there was no log, there is none still. */
function startsAt(position: LogPosition | null, entries: readonly LogEntry[]): boolean {
  const [first] = entries
  if (position === null || first === undefined) return position === null && first === undefined
  return isSamePosition(first.position, position)
}
