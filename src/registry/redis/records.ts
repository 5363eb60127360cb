import type { Registration } from '../registration.ts'
import type { RedisConnection } from './connection.ts'
import { CorruptData, registrationFrom } from './record.ts'
import type { NamespaceKeys } from './keys.ts'
import { MAX_VALUE_BYTES, readHashesScript } from './read-scripts.ts'
import { countFrom, listFrom, unexpected } from './replies.ts'

/** The state of an identity's record. */
export type Recorded =
  | { readonly state: 'valid'; readonly registration: Registration }
  | { readonly state: 'missing' }
  | { readonly state: 'corrupt'; readonly fault: string }
  /** Larger than the requested maximum. */
  | { readonly state: 'unread' }

const NO_HASH = 'it is not a hash'

const MISSING: Recorded = { state: 'missing' }

/** Reads a hash from a script's reply. */
export function recordedFrom(identity: string, hash: unknown): Recorded {
  if (hash === 'type') return { state: 'corrupt', fault: NO_HASH }
  if (hash === 'huge')
    return { state: 'corrupt', fault: `it has more than ${MAX_VALUE_BYTES} bytes` }
  if (!Array.isArray(hash)) return { state: 'unread' }
  if (hash.every((value) => value === null)) return MISSING
  try {
    const registration = registrationFrom(hash)
    if (registration.identity === identity) return { state: 'valid', registration }
    return { state: 'corrupt', fault: 'its id differs from its key' }
  } catch (error) {
    if (error instanceof CorruptData) return { state: 'corrupt', fault: error.message }
    throw error
  }
}

/**
 * Reads the records of identities: each atomically, but not all at one instant.
 * @returns the records in the given order, with the time (Unix ms) of each read.
 */
export async function readRecords(
  connection: RedisConnection,
  keys: NamespaceKeys,
  identities: readonly string[],
): Promise<readonly { identity: string; recorded: Recorded; timeMs: number }[]> {
  const records: { identity: string; recorded: Recorded; timeMs: number }[] = []
  while (records.length < identities.length) {
    const wanted = identities.slice(records.length)
    const names = wanted.map((identity) => keys.identity(identity))
    const reply = await connection.run(readHashesScript, names, [MAX_VALUE_BYTES])
    const [time, ...hashes] = listFrom(reply)
    const timeMs = countFrom(time)
    if (hashes.length === 0 || hashes.length > wanted.length) throw unexpected(reply)
    for (const [at, hash] of hashes.entries()) {
      const identity = wanted[at] ?? ''
      records.push({ identity, timeMs, recorded: recordedFrom(identity, hash) })
    }
  }
  return records
}

/** The warning about a corrupt record. */
export function corruptRecordMessage(keys: NamespaceKeys, identity: string, fault: string): string {
  const key = JSON.stringify(keys.identity(identity).slice(0, 400))
  // A registry doesn't overwrite keys of other types.
  const remedy =
    fault === NO_HASH
      ? 'Delete the key.'
      : 'Register the identity again with `replace`, or unregister it.'
  return `The record ${key} in Redis was ignored: ${fault}. ${remedy}`
}
