import type { Registration } from '../registration.ts'
import type { RedisConnection } from './connection.ts'
import { CorruptData, registrationFrom } from './record.ts'
import type { NamespaceKeys } from './keys.ts'
import { readIndexedScript } from './read-scripts.ts'
import { listFrom, textFrom } from './replies.ts'

/** A part of the index with its records, unparsed. */
export interface IndexedRecords {
  /** The cursor of the next part; `null` after the last one. */
  readonly next: string | null
  readonly reply: readonly unknown[]
}

/** A member of the index. */
export interface IndexMember {
  readonly identity: string
  /** Unix ms; `Infinity` for never. */
  readonly endsMs: number
}

/** Reads about `count` members of the index with their records; a full iteration may yield some twice. */
export async function readIndexedRecords(
  connection: RedisConnection,
  keys: NamespaceKeys,
  cursor: string,
  count: number,
): Promise<IndexedRecords> {
  const args = [cursor, count, keys.prefix]
  const reply = listFrom(await connection.run(readIndexedScript, [keys.index], args))
  const next = textFrom(reply[0])
  return { next: next === '0' ? null : next, reply }
}

/**
 * Parses records.
 * @param stale identities whose records must be read again.
 * @param take receives every other valid record.
 * @returns the members whose records must be read individually: stale, missing, large or corrupt ones.
 */
export function takeRecords(
  { reply }: IndexedRecords,
  stale: ReadonlySet<string>,
  take: (registration: Registration) => void,
): readonly IndexMember[] {
  const others: IndexMember[] = []
  for (let at = 1; at + 1 < reply.length; at += 2) {
    const identity = textFrom(reply[at])
    const text = textFrom(reply[at + 1])
    const isUsable = !text.startsWith('?') && !stale.has(identity)
    const registration = isUsable ? recordIn(identity, text) : null
    if (registration !== null) take(registration)
    else others.push({ identity, endsMs: text.startsWith('?') ? endIn(text) : 0 })
  }
  return others
}

function endIn(text: string): number {
  return text === '?inf' ? Infinity : Number(text.slice(1))
}

/** `null` for a corrupt record. */
function recordIn(identity: string, text: string): Registration | null {
  const first = text.indexOf('\n')
  const second = text.indexOf('\n', first + 1)
  const third = text.indexOf('\n', second + 1)
  try {
    return registrationFrom([
      identity,
      text.slice(third + 1),
      text.slice(0, first),
      text.slice(first + 1, second),
      text.slice(second + 1, third),
    ])
  } catch (error) {
    if (error instanceof CorruptData) return null
    throw error
  }
}
