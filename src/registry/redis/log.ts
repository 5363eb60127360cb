import type { RegistrationIndex } from '../memory/registration-index.ts'
import { ownText, quoted } from '../text.ts'
import type { Touch } from '../watch/registration-change.ts'
import { CorruptData, expiryFrom, gatewayFrom, identityFrom, registrationFrom } from './record.ts'

/**
 * An entry of a namespace's log, the stream `<namespace>:~log`: one for each change, written by the
 * script that makes the change. It has one field, named by the kind of change, of these lines:
 *
 * - `register`: mark, id, expires_at, registered_at, gateway (empty for none), metadata
 * - `large`: mark, id, expires_at, registered_at of a registration whose record has to be read, because it
 *   is too large for a log that is to stay small
 * - `heartbeat`: mark, id, expires_at
 * - `move`: mark, id, two empty lines, gateway
 * - `unregister`: mark, id
 * - `clear`: mark, ids (JSON array)
 * - `expire`: mark, ids (JSON array) of registrations that have ended
 * - `reload`: mark. The index was repaired, so readers load it anew.
 *
 * No value can hold a line break: JSON escapes it, and nothing else may have one. One field, for
 * each more costs readers half as much as all the rest.
 *
 * Natural expiry follows from `expires_at` and the time: readers don't wait for its entry, which comes
 * with some later write, for readers that ask which registrations have expired. `mark` is unique for each
 * entry, so one with the same stream id and mark is the same entry, and what precedes it the same
 * history.
 *
 * Readers get a `large` as `record`, with the lines of a `register`, if the identity has a record at
 * that time. It may be newer than the entry.
 */
export interface LogEntry {
  readonly position: LogPosition
  readonly kind: string
  /** The identity; for `clear` and `expire`, the JSON array of identities. */
  readonly id: string
  /** As the hash of the identity has them; empty where the kind has none. */
  readonly expiresAt: string
  readonly registeredAt: string
  readonly gateway: string
  readonly metadata: string
  /** The number of lines, which distinguishes our entries from others. */
  readonly lineCount: number
}

/** How far a reader has come. */
export interface LogPosition {
  /** Stream id, e.g. `1700000000000-0`. */
  readonly id: string
  readonly mark: string
}

/** The pattern of positions as text. */
export const positionPattern = /^(\d{1,20}-\d{1,20} [\w~-]{1,64})?$/

/**
 * A position as text, for the tokens of watches; empty before the first entry, and for an
 * entry with a foreign mark.
 */
export function positionText(position: LogPosition | null): string {
  const text = position === null ? '' : `${position.id} ${position.mark}`
  return positionPattern.test(text) ? text : ''
}

/** The position of a text that matches `positionPattern`. */
export function positionFrom(text: string): LogPosition | null {
  const [id, mark] = text.split(' ')
  return id === undefined || mark === undefined ? null : { id, mark }
}

/** More lines than any entry has; the rest is ignored. */
const MAX_LINES = 10

/** An entry from its lines: stream id, kind, and those of the entry. */
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

/** Unix ms by the clock of Redis when an entry was written, or later, because stream ids never go back. */
export function timeOf(position: LogPosition): number {
  return Number.parseInt(position.id, 10)
}

/**
 * The outcome of an entry: it was applied; it renews an identity that the index doesn't hold, whose
 * record must be read; or its change requires a new snapshot.
 */
export type Application =
  | { readonly state: 'applied' }
  | { readonly state: 'unknown'; readonly identity: string }
  | { readonly state: 'reload' }

const APPLIED: Application = { state: 'applied' }

/**
 * Makes the change of an entry. Applying a run of entries again to a later state, in order and to
 * its end, gives that state again; so a snapshot may be newer than the entries that follow it.
 * @param timeMs when the entry was read; Unix ms.
 * @throws CorruptData, having changed nothing.
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
      // It has no record any more, or a corrupt one.
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
      // Unknown if it has ended, or a snapshot, being newer, no longer holds it.
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
      throw new CorruptData(`it is of the unknown kind ${quoted(kind)}`)
  }
}

function requireLines({ kind, lineCount }: LogEntry, expected: number): void {
  if (lineCount === expected) return
  throw new CorruptData(`it has ${lineCount} lines instead of the ${expected} of a ${kind}`)
}

function identitiesIn({ kind, id }: LogEntry): string[] {
  try {
    const identities: unknown = JSON.parse(id)
    if (Array.isArray(identities)) return identities.map(String)
  } catch {
    // Not even JSON.
  }
  throw new CorruptData(`it is a ${kind} whose ids are not a list: ${quoted(id)}`)
}

/**
 * The identities of an entry, and their change.
 * @throws CorruptData also for an entry that doesn't say, because everything may have changed.
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
