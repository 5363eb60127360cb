import { RegistryError } from '../errors.ts'
import type { RegistrationIndex } from '../memory/registration-index.ts'
import type { Touch } from '../watch/touched-identities.ts'
import { expiryFrom, registrationFrom } from './record.ts'

/**
 * An entry of a namespace's log, the stream `<namespace>:~log`: one for each change, written by the
 * script that makes the change. It has one field, named by the kind of change, of these lines:
 *
 * - `register`: mark, id, expires_at, registered_at, gateway (empty for none), metadata
 * - `heartbeat`: mark, id, expires_at
 * - `move`: mark, id, two empty lines, gateway
 * - `unregister`: mark, id
 * - `clear`: mark, ids (JSON array)
 * - `expire`: mark, ids (JSON array) of registrations that have ended
 *
 * No value can hold a line break: JSON escapes it, and nothing else may have one. One field, for
 * each more costs readers half as much as all the rest.
 *
 * Natural expiry follows from `expires_at` and the time, and readers don't wait for its entry, which
 * comes with some later write. It is for those who ask later what has ended. `mark` is unique for each
 * entry, so an entry with the same stream id and mark is the same entry, and what precedes it the
 * same history.
 */
export interface LogEntry {
  readonly position: LogPosition
  readonly kind: string
  /** The identity; of `clear` and `expire`, the JSON array of them. */
  readonly id: string
  /** As the hash of the identity has them; empty where the kind has none. */
  readonly expiresAt: string
  readonly registeredAt: string
  readonly gateway: string
  readonly metadata: string
}

/** How far a reader has come. */
export interface LogPosition {
  /** Stream id, e.g. `1700000000000-0`. */
  readonly id: string
  readonly mark: string
}

/** A position as text, as it is in the tokens of watches; empty before the first entry. */
export function positionText(position: LogPosition | null): string {
  return position === null ? '' : `${position.id} ${position.mark}`
}

export const positionPattern = /^(\d{1,20}-\d{1,20} [\w~-]+)?$/

/** The position of a text that matches `positionPattern`. */
export function positionFrom(text: string): LogPosition | null {
  const [id, mark] = text.split(' ')
  return id === undefined || mark === undefined ? null : { id, mark }
}

/** Entries from what XRANGE and its like reply. */
export function logEntriesFrom(reply: unknown): LogEntry[] {
  if (!Array.isArray(reply)) throw unexpected(reply)
  return reply.map((entry: unknown) => {
    const [id, fields]: unknown[] = Array.isArray(entry) ? entry : []
    if (typeof id !== 'string' || !Array.isArray(fields)) throw unexpected(entry)
    return logEntryFromLines([id, ...fields].join('\n'))
  })
}

/** An entry from its lines, as `readLogScript` replies it. */
export function logEntryFromLines(reply: unknown): LogEntry {
  if (typeof reply !== 'string') throw unexpected(reply)
  const [streamId = '', kind = '', mark = '', id = '', ...rest] = reply.split('\n')
  const [expiresAt = '', registeredAt = '', gateway = '', metadata = ''] = rest
  const position = { id: streamId, mark }
  return { position, kind, id, expiresAt, registeredAt, gateway, metadata }
}

/** Whether two positions name the same entry of the same history. */
export function isSamePosition(a: LogPosition, b: LogPosition): boolean {
  return a.id === b.id && a.mark === b.mark
}

/**
 * Makes the change of an entry. Applying a run of entries again to a later state, in order and to
 * its end, gives that state again; so a snapshot may be newer than the entries that follow it.
 */
export function applyEntry(index: RegistrationIndex, entry: LogEntry): void {
  const { kind, id, expiresAt } = entry
  switch (kind) {
    case 'register': {
      const registration = registrationFrom([
        index.get(id)?.identity ?? detached(id),
        entry.metadata,
        entry.registeredAt,
        expiresAt,
        detached(entry.gateway),
      ])
      if (registration) index.put(registration)
      return
    }
    case 'heartbeat': {
      const before = index.get(id)
      // Unknown when a snapshot, being newer, no longer holds it: an entry to come says why.
      if (before) index.put(Object.freeze({ ...before, expiresAt: expiryFrom(expiresAt) }))
      return
    }
    case 'move': {
      const before = index.get(id)
      if (before) index.put(Object.freeze({ ...before, gateway: detached(entry.gateway) }))
      return
    }
    case 'unregister':
      index.remove(id)
      return
    case 'clear':
      for (const cleared of identitiesIn(entry)) index.remove(cleared)
      return
    case 'expire':
      for (const ended of identitiesIn(entry)) index.remove(ended, true)
      return
    default:
      throw new RegistryError(
        'UNAVAILABLE',
        `The namespace's log holds an entry of the unknown kind "${kind}": was it written by another version?`,
      )
  }
}

/** Which identities an entry is of, and what happened to them; nothing for an unknown kind. */
export function touchesOf(entry: LogEntry): readonly (readonly [identity: string, touch: Touch])[] {
  switch (entry.kind) {
    case 'register':
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
      return []
  }
}

function identitiesIn({ id }: LogEntry): readonly string[] {
  const identities: unknown = JSON.parse(id)
  if (!Array.isArray(identities)) throw unexpected(identities)
  return identities.map(String)
}

/** A text of its own: V8 keeps a part of a larger one as a slice of it, and so the reply in memory. */
function detached(text: string): string {
  return text === '' ? '' : Buffer.from(text).toString()
}

function unexpected(reply: unknown): RegistryError {
  return new RegistryError(
    'UNAVAILABLE',
    `Redis replied with something that is no log entry: ${JSON.stringify(reply)?.slice(0, 80)}`,
  )
}
