import { readBookkeeping, type Bookkeeping } from './bookkeeping.ts'
import type { RedisConnection } from './connection.ts'
import {
  copyToLoad,
  putRecorded,
  type Copy,
  type Interruption,
  type ReplicaOptions,
} from './copy.ts'
import {
  readIndexedRecords,
  takeRecords,
  type IndexedRecords,
  type IndexMember,
} from './indexed-records.ts'
import type { NamespaceKeys } from './keys.ts'
import { readRecords } from './records.ts'
import { FEW, LoadPermits } from './load-permits.ts'
import { isForbidden } from './missing-right.ts'
import { dropLostScript } from './repair-scripts.ts'
import { countFrom } from './replies.ts'
import { REMOVAL_SLACK_MS } from './script.ts'
import { needsVerification, verifyIndex } from './verify-index.ts'

/** Identities read at a time, a few ms of work on either side. */
const chunkSize = 500

/** How long a loaded copy may lag behind the log while it is sorted, in ms. */
const KEEP_UP_EVERY_MS = 5

const INDEX_LOST: Interruption = 'the index was lost'

/** Loads copies of the registrations in Redis, and repairs lost bookkeeping. */
export class Snapshots {
  readonly #connection: RedisConnection
  readonly #options: ReplicaOptions
  readonly #keys: NamespaceKeys
  readonly #permits: LoadPermits
  readonly #follow: (copy: Copy) => Promise<Interruption | null>
  #hasWarned = false

  /** @param follow applies the log to a copy that is being loaded; returns `null` at the log's end. */
  constructor(
    connection: RedisConnection,
    options: ReplicaOptions,
    follow: (copy: Copy) => Promise<Interruption | null>,
  ) {
    this.#connection = connection
    this.#options = options
    this.#keys = options.keys
    this.#permits = new LoadPermits(
      connection,
      options.keys,
      options.maxConcurrentLoads,
      options.warnings,
    )
    this.#follow = follow
  }

  /** Readers that load or wait, this one included, while this one waits for a permit; else `null`. */
  get waiting(): number | null {
    return this.#permits.waiting
  }

  /**
   * Loads everything while writers continue. First it notes the end of the log; then it reads the index
   * with its records, part by part, and follows the log after each part. ZSCAN returns every identity
   * that stays in the index throughout; the log has those that come or go.
   *
   * The next part is requested before the last one is parsed, so Redis and this process work in
   * parallel. A record with log entries after its request may be out of date and is read again. So no
   * record is older than the position, and applying its log entries again is idempotent.
   * @param heldCount registrations that the reader holds so far.
   */
  async load(heldCount: number): Promise<Copy | Interruption> {
    const state = await this.#readBookkeeping()
    const { usesFunctions } = this.#connection
    const toScan = !usesFunctions && needsVerification(state, heldCount) ? state.keyCount : 0
    if (state.indexSize + toScan <= FEW) return this.#putInOrder(await this.#read(state, heldCount))
    const permit = await this.#permits.take()
    let read: Copy | Interruption
    try {
      const latest = permit.hasWaited ? await this.#readBookkeeping() : state
      read = await this.#read(latest, heldCount, () => permit.keep())
    } finally {
      await permit.release()
    }
    return this.#putInOrder(read)
  }

  /** @param keepPermit awaited with each part. */
  async #read(
    before: Bookkeeping,
    heldCount: number,
    keepPermit = async (): Promise<void> => {},
  ): Promise<Copy | Interruption> {
    const state = await this.#verified(before, heldCount, keepPermit)
    if (!state) return INDEX_LOST
    const copy = copyToLoad(state.end)
    const lost: string[] = []
    let reading = this.#request(state.hasIndex ? '0' : null)
    for (;;) {
      const part = await reading
      if (part === null) break
      const stale = copy.touched ?? new Set()
      copy.touched = new Set()
      reading = this.#request(part.next)
      // It may be rejected before it is awaited.
      reading.catch(() => {})
      const others = takeRecords(part, stale, (registration) => copy.index.put(registration))
      if (others.length > 0) lost.push(...(await this.#readMembers(copy, others)))
      const interruption = await this.#follow(copy)
      if (interruption !== null) return interruption
      await keepPermit()
    }
    copy.touched = null
    for (let from = 0; from < lost.length; from += chunkSize) {
      await this.#dropLost(lost.slice(from, from + chunkSize))
    }
    return (await this.#isStillWhole(state)) ? copy : INDEX_LOST
  }

  /** Requests a part of the index with its records. */
  async #request(cursor: string | null): Promise<IndexedRecords | null> {
    return cursor === null
      ? null
      : readIndexedRecords(this.#connection, this.#keys, cursor, chunkSize)
  }

  /** Sorts a copy that was read; takes no time of the server, besides for what changes meanwhile. */
  async #putInOrder(copy: Copy | Interruption): Promise<Copy | Interruption> {
    if (typeof copy === 'string') return copy
    let interruption: Interruption | null = null
    let followedAtMs = performance.now()
    await copy.index.endLoading(async () => {
      if (performance.now() - followedAtMs < KEEP_UP_EVERY_MS) return
      interruption ??= await this.#follow(copy)
      followedAtMs = performance.now()
    })
    return interruption ?? copy
  }

  /** Whether the index was not lost meanwhile; otherwise only a part of it was read. */
  async #isStillWhole({ hasIndex, isVerified, isSuspect }: Bookkeeping): Promise<boolean> {
    if (!hasIndex) return true
    // Without facts: the next read must notice keys evicted since the snapshot began.
    const state = await readBookkeeping(this.#connection, this.#keys, false)
    if (state.isSuspect && !isSuspect) return false
    return isVerified ? state.isVerified : state.hasIndex
  }

  /** The bookkeeping, repaired if it may be incomplete; `undefined` if it was lost meanwhile. */
  async #verified(
    state: Bookkeeping,
    heldCount: number,
    keepPermit: () => Promise<void>,
  ): Promise<Bookkeeping | undefined> {
    if (!needsVerification(state, heldCount)) return state
    if (this.#connection.usesFunctions) {
      this.#warnOfUnverified(state)
      return state
    }
    const { newMark, logCap } = this.#options
    const isExpected = state.hasIndex || state.end !== null || heldCount > 0
    const options = { isExpected, newMark, logCap, keepPermit }
    let adopted: number
    try {
      adopted = await verifyIndex(this.#connection, this.#keys, options)
    } catch (error) {
      // Read-only users can read as long as nothing is known to be lost.
      if (state.hasIndex && isForbidden(error)) return state
      throw error
    }
    if (adopted > 0) {
      this.#options.warnings.warn(
        'KEYS_LOST',
        `The index "${this.#keys.index}" in Redis had lost ${adopted} registrations by deletion or eviction; they were restored.`,
      )
    }
    // There was nothing to read; the log has any registration made since.
    if (!isExpected && adopted === 0) return state
    const repaired = await this.#readBookkeeping()
    return repaired.isVerified ? repaired : undefined
  }

  /** Warns once that registrations may be missing which only a search of all keys would find. */
  #warnOfUnverified({ isSuspect, hasIndex, end }: Bookkeeping): void {
    const isIncomplete = isSuspect || (!hasIndex && end !== null)
    if (!isIncomplete || this.#hasWarned) return
    this.#hasWarned = true
    this.#options.warnings.warn(
      'KEYS_LOST',
      `The index "${this.#keys.index}" in Redis was lost by deletion or eviction. Users of functions may not search for the registrations that it had: each is listed again ` +
        "once it is renewed. To find all, enumerate once as a user with the rights of the role loadtest, with scripts: 'eval'.",
    )
  }

  async #readBookkeeping(): Promise<Bookkeeping> {
    const { evictions } = this.#options
    const state = await readBookkeeping(this.#connection, this.#keys, evictions.isPermitted)
    evictions.observe(state.facts)
    return state
  }

  /** Reads records into a copy. @returns identities whose records are missing. */
  async #readMembers(copy: Copy, members: readonly IndexMember[]): Promise<string[]> {
    const lost: string[] = []
    const identities = members.map(({ identity }) => identity)
    const records = await readRecords(this.#connection, this.#keys, identities)
    for (const [at, { identity, recorded, timeMs }] of records.entries()) {
      putRecorded(copy, identity, recorded, this.#options)
      const endsMs = members[at]?.endsMs ?? 0
      const isLost = recorded.state === 'missing' && endsMs > timeMs + REMOVAL_SLACK_MS
      if (isLost) lost.push(identity)
    }
    return lost
  }

  /** Logs that records are gone, so other readers drop them. */
  async #dropLost(identities: readonly string[]): Promise<void> {
    const { index, log } = this.#keys
    const { newMark, logCap } = this.#options
    const names = [index, log, ...identities.map((identity) => this.#keys.identity(identity))]
    const args = [newMark(), logCap, ...identities]
    let lost: number
    try {
      lost = countFrom(await this.#connection.run(dropLostScript, names, args))
    } catch (error) {
      // A reader with write permission will log it; this reader's answer is correct.
      if (isForbidden(error)) return
      throw error
    }
    if (lost === 0) return
    this.#options.warnings.warn(
      'KEYS_LOST',
      `${lost} records of "${this.#keys.namespace}" were deleted or evicted from Redis before they expired, for example ` +
        `"${identities[0]}"; they are no longer registered.`,
    )
  }
}
