import { createHash } from 'node:crypto'
import { JetStreamApiCodes, JetStreamApiError, type StoredMsg } from '@nats-io/jetstream'
import type { DurableStreams } from './durability.ts'
import type { Requests } from './requests.ts'
import { store } from './stored.ts'

/** How long to wait for the server to confirm a record, in ms. */
const RECORD_TIMEOUT_MS = 5_000
const MAX_ENTRY_BYTES = 64 * 1024
/** Stands for the gateway's name where all keep one record; keys tell it from a gateway of that name. */
const SHARED = 'all'

/** Which recipients of one message have handled it, on record at the server. */
export interface HandledRecord {
  /** The positions of those on record. @throws if the server can't be asked. */
  read(): Promise<readonly number[]>
  /** Adds some to the record; `false` if the server didn't confirm it. */
  add(positions: readonly number[]): Promise<boolean>
  /** Forgets what only mattered as long as the message was half done. */
  clear(): Promise<void>
}

/** Where records are kept, each a series of entries. */
export interface EntryLog {
  /** How long an entry may be, in bytes. */
  readonly maxEntryBytes: number
  /** Where all gateways together keep the record of this name. */
  sharedSubjectOf(name: string): string
  /** Appends entries; `false` if the server didn't confirm all. */
  append(subject: string, entries: readonly string[]): Promise<boolean>
  /**
   * Visits the entries from a place of the stream on, 1 being the first.
   * @returns the place after the last.
   */
  readFrom(place: number, subject: string, visit: (entry: Uint8Array) => void): Promise<number>
}

/**
 * The stored records of one durable gateway. A record is a series of entries, each of which says what is
 * new, so that recording costs the same however much is on record already.
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

  /** Where this gateway alone keeps the record of this name. */
  subjectOf(name: string): string {
    return this.#streams.subjects.progress(this.#gatewayName, keyOf(name))
  }

  // Without a wildcard for the gateway's name: a server may go through all subjects to find those that match.
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

  async readFrom(
    place: number,
    subject: string,
    visit: (entry: Uint8Array) => void,
  ): Promise<number> {
    for (let seq = place; ;) {
      const entry = await this.#next(seq, subject)
      // An answer that goes back isn't the server's, and would be read for ever.
      if (entry === null || !(entry.seq >= seq)) return seq
      visit(entry.data)
      seq = entry.seq + 1
    }
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
      // Not yet: whoever records again tries again.
    }
  }

  async delete(subject: string): Promise<void> {
    const { admin, subjects } = this.#streams
    try {
      await admin.streams.purge(subjects.progressStream, { filter: subject })
    } catch {
      // It expires by itself.
    }
  }
}

function keyOf(name: string): string {
  return createHash('sha256').update(name).digest('base64url')
}
