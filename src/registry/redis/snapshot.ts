import { RegistryError } from '../errors.ts'
import {
  readBookkeeping,
  readIndexPage,
  type Bookkeeping,
  type IndexMember,
} from './bookkeeping.ts'
import type { RedisConnection } from './connection.ts'
import { newCopy, putRecorded, type Copy, type Interruption, type ReplicaOptions } from './copy.ts'
import type { NamespaceKeys } from './keys.ts'
import { readRecords } from './records.ts'
import { dropLostScript } from './repair-scripts.ts'
import { countFrom } from './replies.ts'
import { REMOVAL_SLACK_MS } from './script.ts'
import { needsVerification, verifyIndex } from './verify-index.ts'

/** Identities read at a time: a few ms of work for either side. */
const chunkSize = 500

const INDEX_LOST: Interruption = 'the index was lost'

/** Loads copies of the registrations in Redis, and repairs the bookkeeping if its keys are lost. */
export class Snapshots {
  readonly #connection: RedisConnection
  readonly #options: ReplicaOptions
  readonly #keys: NamespaceKeys
  readonly #follow: (copy: Copy) => Promise<Interruption | null>

  /** @param follow applies the log to a copy that is being loaded; `null` once it has reached its end. */
  constructor(
    connection: RedisConnection,
    options: ReplicaOptions,
    follow: (copy: Copy) => Promise<Interruption | null>,
  ) {
    this.#connection = connection
    this.#options = options
    this.#keys = options.keys
    this.#follow = follow
  }

  /**
   * Loads everything, while writers go on. The log's end is noted first. Then, chunk by chunk, the
   * log is followed and the chunk's hashes are read, which are thus never older than the position;
   * what the log says of them again later is idempotent. ZSCAN gives every identity that stays in
   * the index meanwhile; those that come or go are in the log.
   * @param heldCount how many registrations the reader holds so far.
   */
  async load(heldCount: number): Promise<Copy | Interruption> {
    const state = await this.#verifiedBookkeeping(heldCount)
    if (!state) return INDEX_LOST
    const copy = newCopy(state.end)
    const lost: string[] = []
    for (let cursor = state.hasIndex ? '0' : null; cursor !== null;) {
      const page = await readIndexPage(this.#connection, this.#keys, cursor, chunkSize)
      cursor = page.next
      for (let from = 0; from < page.members.length; from += chunkSize) {
        const interruption = await this.#follow(copy)
        if (interruption !== null) return interruption
        lost.push(...(await this.#readMembers(copy, page.members.slice(from, from + chunkSize))))
      }
    }
    for (let from = 0; from < lost.length; from += chunkSize) {
      await this.#dropLost(lost.slice(from, from + chunkSize))
    }
    return (await this.#isStillWhole(state)) ? copy : INDEX_LOST
  }

  /** Whether the index has not been lost since; otherwise only a part of it was read. */
  async #isStillWhole({ hasIndex, isVerified, isSuspect }: Bookkeeping): Promise<boolean> {
    if (!hasIndex) return true
    // Without facts: the next read must notice keys evicted since the snapshot was begun.
    const state = await readBookkeeping(this.#connection, this.#keys, false)
    if (state.isSuspect && !isSuspect) return false
    return isVerified ? state.isVerified : state.hasIndex
  }

  /** The state of the bookkeeping, after its repair if it may be incomplete; `undefined` if it was lost meanwhile. */
  async #verifiedBookkeeping(heldCount: number): Promise<Bookkeeping | undefined> {
    const state = await this.#readBookkeeping()
    if (!needsVerification(state, heldCount)) return state
    const { newMark, logCap } = this.#options
    const isExpected = state.hasIndex || state.end !== null || heldCount > 0
    const options = { isExpected, newMark, logCap }
    let adopted: number
    try {
      adopted = await verifyIndex(this.#connection, this.#keys, options)
    } catch (error) {
      // A user with read-only permissions can read as long as nothing is known to be lost.
      if (state.hasIndex && isForbidden(error)) return state
      throw error
    }
    if (adopted > 0) {
      this.#options.warnings.warn(
        'KEYS_LOST',
        `The index "${this.#keys.index}" in Redis had lost ${adopted} registrations by deletion or eviction; they have been restored.`,
      )
    }
    // There was nothing to read. A registration made since is in the log.
    if (!isExpected && adopted === 0) return state
    const repaired = await this.#readBookkeeping()
    return repaired.isVerified ? repaired : undefined
  }

  async #readBookkeeping(): Promise<Bookkeeping> {
    const { evictions } = this.#options
    const state = await readBookkeeping(this.#connection, this.#keys, evictions.isPermitted)
    evictions.observe(state.facts)
    return state
  }

  /** Reads records into a copy. @returns identities that should have one, and have none. */
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

  /** Logs that records are gone, so that other readers don't keep them. */
  async #dropLost(identities: readonly string[]): Promise<void> {
    const { index, log } = this.#keys
    const { newMark, logCap } = this.#options
    const names = [index, log, ...identities.map((identity) => this.#keys.identity(identity))]
    const args = [newMark(), logCap, ...identities]
    let lost: number
    try {
      lost = countFrom(await this.#connection.run(dropLostScript, names, args))
    } catch (error) {
      // A reader with write permission will log it; this reader's answer is correct anyway.
      if (isForbidden(error)) return
      throw error
    }
    if (lost === 0) return
    this.#options.warnings.warn(
      'KEYS_LOST',
      `${lost} records of "${this.#keys.namespace}" vanished from Redis before they expired, deleted or evicted, e.g. ` +
        `"${identities[0]}"; they are no longer registered.`,
    )
  }
}

/** Whether the user of the connection lacks permission. */
function isForbidden(error: unknown): boolean {
  return (
    error instanceof RegistryError &&
    /NOPERM|ACL failure|can't run this command/.test(error.message)
  )
}
