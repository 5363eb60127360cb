import { RegistryError } from '../errors.ts'
import type { RegistrationIndex } from '../memory/registration-index.ts'
import { expiryFrom, registrationFrom } from './record.ts'

/**
 * An entry of a namespace's log, the stream `<namespace>:~log`: one for each change, written by the
 * script that makes the change. Its fields, in this order:
 *
 * - `op` `register`, `id`, `metadata`, `registered_at`, `expires_at`, `gateway` ('' for none), `mark`
 * - `op` `heartbeat`, `id`, `expires_at`, `mark`
 * - `op` `unregister`, `id`, `mark`
 * - `op` `clear`, `ids` (JSON array), `mark`
 *
 * Natural expiry is no entry: it follows from `expires_at` and the time. `mark` is unique for each
 * call, so an entry with the same stream id and mark is the same entry, and what precedes it the
 * same history.
 */
export interface LogEntry {
  readonly position: LogPosition
  /** The fields by name. */
  readonly fields: ReadonlyMap<string, string>
}

/** How far a reader has come. */
export interface LogPosition {
  /** Stream id, e.g. `1700000000000-0`. */
  readonly id: string
  readonly mark: string
}

/** Entries from what XRANGE and its like reply. */
export function logEntriesFrom(reply: unknown): LogEntry[] {
  if (!Array.isArray(reply)) throw unexpected(reply)
  return reply.map((entry: unknown) => {
    const [id, flat]: unknown[] = Array.isArray(entry) ? entry : []
    if (typeof id !== 'string' || !Array.isArray(flat)) throw unexpected(entry)
    return entryOf(id, flat.map(String))
  })
}

/** An entry from its lines, as `readLogScript` replies it. No value holds a line break: none may, and JSON escapes it. */
export function logEntryFromLines(reply: unknown): LogEntry {
  if (typeof reply !== 'string') throw unexpected(reply)
  const [id = '', ...flat] = reply.split('\n')
  return entryOf(id, flat)
}

function entryOf(id: string, flat: readonly string[]): LogEntry {
  const fields = new Map<string, string>()
  for (let at = 0; at + 1 < flat.length; at += 2) fields.set(flat[at] ?? '', flat[at + 1] ?? '')
  return { position: { id, mark: fields.get('mark') ?? '' }, fields }
}

/** Whether two positions name the same entry of the same history. */
export function isSamePosition(a: LogPosition, b: LogPosition): boolean {
  return a.id === b.id && a.mark === b.mark
}

/**
 * Makes the change of an entry. Applying a run of entries again to a later state, in order and to
 * its end, gives that state again; so a snapshot may be newer than the entries that follow it.
 */
export function applyEntry(index: RegistrationIndex, { fields }: LogEntry): void {
  const identity = fields.get('id') ?? ''
  const op = fields.get('op')
  switch (op) {
    case 'register': {
      const registration = registrationFrom([
        index.get(identity)?.identity ?? detached(identity),
        fields.get('metadata'),
        fields.get('registered_at'),
        fields.get('expires_at'),
        detached(fields.get('gateway') ?? ''),
      ])
      if (registration) index.put(registration)
      return
    }
    case 'heartbeat': {
      const before = index.get(identity)
      // Unknown when a snapshot, being newer, no longer holds it: an entry to come says why.
      if (before) {
        const expiresAt = expiryFrom(fields.get('expires_at'))
        index.put(Object.freeze({ ...before, expiresAt }))
      }
      return
    }
    case 'unregister':
      index.remove(identity)
      return
    case 'clear': {
      const identities: unknown = JSON.parse(fields.get('ids') ?? '[]')
      if (!Array.isArray(identities)) throw unexpected(identities)
      for (const cleared of identities) index.remove(String(cleared))
      return
    }
    default:
      throw new RegistryError(
        'UNAVAILABLE',
        `The namespace's log holds an entry of the unknown kind "${op}": was it written by a newer version?`,
      )
  }
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
