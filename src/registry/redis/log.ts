import type { RegistrationIndex } from '../memory/registration-index.ts'
import { ownText, quoted } from '../text.ts'
import type { Touch } from '../watch/registration-change.ts'
import { CorruptData, expiryFrom, gatewayFrom, identityFrom, registrationFrom } from './record.ts'

/**
 * An entry of a namespace's log, the stream `<namespace>:~log`: one per change, written by the script
 * that makes the change. An entry has one field, named for the kind of change, with these lines:
 *
 * - `register`: mark, id, expires_at, registered_at, gateway (empty for none), metadata
 * - `large`: mark, id, expires_at, registered_at of a registration that is too large for the log, so its
 *   record must be read
 * - `heartbeat`: mark, id, expires_at
 * - `move`: mark, id, two empty lines, gateway
 * - `unregister`: mark, id
 * - `clear`: mark, ids (JSON array)
 * - `expire`: mark, ids (JSON array) of expired registrations
 * - `reload`: mark. The index was repaired, so readers reload it.
 *
 * No value can contain a line break: JSON escapes it, and other values may not have one. There is only
 * one field, because every further field costs readers half as much as all the rest.
 *
 * Readers derive expiry from `expires_at` and the time; the `expire` entry comes with some later write
 * and tells resumed watches which registrations have expired. `mark` is unique per entry, so entries
 * with the same stream id and mark are the same entry, with the same history before it.
 *
 * Readers receive a `large` as a `record`, with the lines of a `register`, if the identity has a record
 * at that time. The record may be newer than the entry.
 */
export interface LogEntry {
  readonly position: LogPosition
  readonly kind: string
  /** The identity; for `clear` and `expire`, the JSON array of identities. */
  readonly id: string
  /** The fields of the identity's hash; empty for kinds without any. */
  readonly expiresAt: string
  readonly registeredAt: string
  readonly gateway: string
  readonly metadata: string
  /** The number of lines, which distinguishes our entries from others. */
  readonly lineCount: number
}

/** A position in the log: the last entry read. */
export interface LogPosition {
  /** Stream id, e.g. `1700000000000-0`. */
  readonly id: string
  readonly mark: string
}

/** The format of positions as text. */
export const positionPattern = /^(\d{1,20}-\d{1,20} [\w~-]{1,64})?$/

/**
 * A position as text, for watch tokens; empty before the first entry and for an entry with a foreign
 * mark.
 */
export function positionText(position: LogPosition | null): string {
  const text = position === null ? '' : `${position.id} ${position.mark}`
  return positionPattern.test(text) ? text : ''
}

/** Parses text that matches `positionPattern`. */
export function positionFrom(text: string): LogPosition | null {
  const [id, mark] = text.split(' ')
  return id === undefined || mark === undefined ? null : { id, mark }
}

/** More lines than any entry has; further lines are ignored. */
const MAX_LINES = 10

/** Parses an entry from its lines: stream id, kind, and the entry's own lines. */
export function logEntryFromLines(text: string): LogEntry {
  const [streamId = '', kind = '', ...lines] = text.split('\n', MAX_LINES)
  const [mark = '', id = '', expiresAt = '', registeredAt = '', gateway = '', metadata = ''] = lines
  const position = { id: streamId, mark }
  return { position, kind, id, expiresAt, registeredAt, gateway, metadata, lineCount: lines.length }
}

/** Whether two positions name the same entry of the same history. */
export function isSamePosition(a: LogPosition, b: LogPosition): boolean {
  return a.id === b.id && a.mark === b.mark
}

/** When an entry was written, Unix ms by the clock of Redis; may be later, because stream ids never go back. */
export function timeOf(position: LogPosition): number {
  return Number.parseInt(position.id, 10)
}

/**
 * The outcome of an entry: it was applied; it renews an identity that is missing from the index, so the
 * record must be read; or it requires a new snapshot.
 */
export type Application =
  | { readonly state: 'applied' }
  | { readonly state: 'unknown'; readonly identity: string }
  | { readonly state: 'reload' }

const APPLIED: Application = { state: 'applied' }

/**
 * Applies an entry. Applying a run of entries again to a later state, in order and to its end, yields
 * that state again; so a snapshot may be newer than the entries that follow it.
 * @param timeMs when the entry was read, Unix ms.
 * @throws CorruptData, without having changed anything.
 */
export function applyEntry(index: RegistrationIndex, entry: LogEntry, timeMs: number): Application {
  const { kind, id } = entry
  switch (kind) {
    case 'register':
    case 'record': {
      requireLines(entry, 6)
      const registration = registrationFrom([
        index.get(id)?.identity ?? ownText(id),
        entry.metadata,
        entry.registeredAt,
        entry.expiresAt,
        entry.gateway,
      ])
      index.put(registration)
      return APPLIED
    }
    case 'large': {
      requireLines(entry, 4)
      // Its record is gone or corrupt.
      const expiresAt = expiryFrom(entry.expiresAt)
      index.remove(id, expiresAt !== null && expiresAt <= timeMs)
      return APPLIED
    }
    case 'heartbeat': {
      requireLines(entry, 3)
      const expiresAt = expiryFrom(entry.expiresAt)
      const before = index.get(id)
      if (!before) return { state: 'unknown', identity: identityFrom(id) }
      index.put(Object.freeze({ ...before, expiresAt }))
      return APPLIED
    }
    case 'move': {
      requireLines(entry, 5)
      const gateway = gatewayFrom(entry.gateway)
      const before = index.get(id)
      // Unknown if it has expired, or if a newer snapshot no longer holds it.
      if (before) index.put(Object.freeze({ ...before, gateway }))
      return APPLIED
    }
    case 'unregister':
      requireLines(entry, 2)
      index.remove(id)
      return APPLIED
    case 'clear':
      requireLines(entry, 2)
      for (const identity of identitiesIn(entry)) index.remove(identity)
      return APPLIED
    case 'expire':
      requireLines(entry, 2)
      for (const identity of identitiesIn(entry)) index.remove(identity, true)
      return APPLIED
    case 'reload':
      return { state: 'reload' }
    default:
      throw new CorruptData(`its kind ${quoted(kind)} is unknown`)
  }
}

function requireLines({ kind, lineCount }: LogEntry, expected: number): void {
  if (lineCount === expected) return
  throw new CorruptData(`it has ${lineCount} lines; a ${kind} has ${expected}`)
}

function identitiesIn({ id }: LogEntry): string[] {
  try {
    const identities: unknown = JSON.parse(id)
    if (Array.isArray(identities)) return identities.map(String)
  } catch {
    // Not even JSON.
  }
  throw new CorruptData(`its ids are not a list: ${quoted(id)}`)
}

/**
 * The identities that an entry changes, and how.
 * @throws CorruptData also for an entry that names no identity, because everything may have changed.
 */
export function touchesOf(entry: LogEntry): readonly (readonly [identity: string, touch: Touch])[] {
  switch (entry.kind) {
    case 'register':
    case 'record':
    case 'large':
      return [[entry.id, 'registered']]
    case 'heartbeat':
    case 'move':
      return [[entry.id, 'kept']]
    case 'unregister':
      return [[entry.id, 'unregistered']]
    case 'clear':
      return identitiesIn(entry).map((identity) => [identity, 'unregistered'])
    case 'expire':
      return identitiesIn(entry).map((identity) => [identity, 'expired'])
    default:
      throw new CorruptData(`its kind ${quoted(entry.kind)} names no identity`)
  }
}
