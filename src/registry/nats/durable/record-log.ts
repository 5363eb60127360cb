import { createHash } from 'node:crypto'
import { JetStreamApiCodes, JetStreamApiError, type StoredMsg } from '@nats-io/jetstream'
import type { DurableStreams } from './durable-streams.ts'
import type { Requests } from '../requests.ts'
import { store } from './store-message.ts'

/** How long to wait for the server to confirm a record, in ms. */
const RECORD_TIMEOUT_MS = 5_000
const MAX_ENTRY_BYTES = 64 * 1024
/** Replaces the gateway's name in records that all gateways share; their keys differ from those of a gateway with that name. */
const SHARED = 'all'

/** Which recipients of one message have handled it, on record at the server. */
export interface HandledRecord {
  /** The positions on record. @throws if the server is unreachable. */
  read(): Promise<readonly number[]>
  /** Adds positions to the record; `false` if the server didn't confirm it. */
  add(positions: readonly number[]): Promise<boolean>
  /** Deletes records that matter only for partly handled messages. */
  clear(): Promise<void>
}

/** An entry that has been read: its sequence number, and when the server stored it. */
export interface Place {
  readonly seq: number
  readonly storedAt: string
}

/** Stores records, each a series of entries. */
export interface EntryLog {
  /** Maximum size of an entry, in bytes. */
  readonly maxEntryBytes: number
  /** The subject of the record with this name that all gateways share. */
  sharedSubjectOf(name: string): string
  /** Appends entries; `false` if the server didn't confirm all. */
  append(subject: string, entries: readonly string[]): Promise<boolean>
  /**
   * Visits the entries after `last`; all entries if `last` is `null` or no longer exists, as in a recreated
   * stream.
   * @returns the last entry visited; `last` if there was none.
   */
  readAfter(
    last: Place | null,
    subject: string,
    visit: (entry: Uint8Array) => void,
  ): Promise<Place | null>
}

/**
 * The stored records of one durable gateway. A record is a series of incremental entries, so the cost of
 * recording doesn't depend on the size of the record.
 */
export class RecordLog implements EntryLog {
  readonly #requests: Requests
  readonly #streams: DurableStreams
  readonly #gatewayName: string

  constructor(requests: Requests, streams: DurableStreams, gatewayName: string) {
    this.#requests = requests
    this.#streams = streams
    this.#gatewayName = gatewayName
  }

  get maxEntryBytes(): number {
    return Math.min(MAX_ENTRY_BYTES, this.#requests.maxPayloadBytes)
  }

  /** The subject of this gateway's own record with this name. */
  subjectOf(name: string): string {
    return this.#streams.subjects.progress(this.#gatewayName, keyOf(name))
  }

  // Without a wildcard for the gateway's name, because a server may scan all subjects for matches.
  sharedSubjectOf(name: string): string {
    return this.#streams.subjects.progress(SHARED, keyOf(name))
  }

  async append(subject: string, entries: readonly string[]): Promise<boolean> {
    const { progressStream } = this.#streams.subjects
    for (const body of entries) {
      const message = { subject, body, timeoutMs: RECORD_TIMEOUT_MS }
      const { state } = await store(this.#requests, progressStream, message)
      if (state === 'no stream') await this.#restore()
      if (state !== 'stored') return false
    }
    return true
  }

  async readAfter(
    last: Place | null,
    subject: string,
    visit: (entry: Uint8Array) => void,
  ): Promise<Place | null> {
    let place = last !== null && (await this.#isThere(last, subject)) ? last : null
    for (;;) {
      const before = place?.seq ?? 0
      const entry = await this.#next(before + 1, subject)
      // A forged answer with an earlier sequence number would cause an endless loop.
      if (entry === null || !(entry.seq > before)) return place
      visit(entry.data)
      place = placeOf(entry)
    }
  }

  async #isThere(place: Place, subject: string): Promise<boolean> {
    const entry = await this.#next(place.seq, subject)
    if (entry === null) return false
    const { seq, storedAt } = placeOf(entry)
    return seq === place.seq && storedAt === place.storedAt
  }

  async #next(seq: number, subject: string): Promise<StoredMsg | null> {
    const { admin, subjects } = this.#streams
    try {
      const query = { seq, next_by_subj: subject }
      return await admin.streams.getMessage(subjects.progressStream, query)
    } catch (error) {
      const isLost =
        error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound
      if (isLost) await this.#restore()
      throw error
    }
  }

  async #restore(): Promise<void> {
    try {
      await this.#streams.restore()
    } catch {
      // Not confirmed: the next call retries.
    }
  }

  async delete(subject: string): Promise<void> {
    const { admin, subjects } = this.#streams
    try {
      await admin.streams.purge(subjects.progressStream, { filter: subject })
    } catch {
      // It expires anyway.
    }
  }
}

function placeOf({ seq, timestamp }: StoredMsg): Place {
  return { seq, storedAt: timestamp }
}

function keyOf(name: string): string {
  return createHash('sha256').update(name).digest('base64url')
}
