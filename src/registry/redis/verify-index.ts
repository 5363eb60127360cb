import type { Bookkeeping } from './bookkeeping.ts'
import type { RedisConnection } from './connection.ts'
import type { NamespaceKeys } from './keys.ts'
import { adoptScript, beginVerifyingScript, endVerifyingScript } from './repair-scripts.ts'
import { countFrom } from './replies.ts'
import { scanIdentities } from './scan.ts'

/**
 * Maximum size of a database, in keys, that is scanned although nothing indicates lost bookkeeping: about
 * 100 ms of work. In a larger database, only visible losses are noticed. A verified index needs no
 * further verification until it is lost.
 */
const MAX_KEYS_TO_VERIFY = 100_000

/** The same for a namespace without bookkeeping, where the scan is repeated. */
const MAX_KEYS_WITHOUT_BOOKKEEPING = 10_000

/**
 * Whether an index must be verified before it is read: it may have been deleted or evicted, then
 * recreated by the next registration.
 * @param heldCount registrations that the reader holds so far.
 */
export function needsVerification(state: Bookkeeping, heldCount: number): boolean {
  if (state.isSuspect) return true
  if (state.isVerified) return false
  // A reader reloads for a reason, such as the loss of everything but the records.
  if (heldCount > 0) return true
  if (state.hasIndex) return state.keyCount <= MAX_KEYS_TO_VERIFY
  return state.end !== null || state.keyCount <= MAX_KEYS_WITHOUT_BOOKKEEPING
}

/**
 * Adds registrations that the index lacks, found by SCAN.
 * @param options.isExpected whether an index must exist, because a log exists or existed.
 * @returns the number of registrations added.
 */
export async function verifyIndex(
  connection: RedisConnection,
  keys: NamespaceKeys,
  options: {
    readonly isExpected: boolean
    readonly newMark: () => string
    readonly logCap: number
    /** Awaited with each part. */
    readonly keepPermit: () => Promise<void>
  },
): Promise<number> {
  const { index, log } = keys
  const { isExpected, newMark, logCap, keepPermit } = options
  const mark = newMark()
  if (isExpected) await connection.run(beginVerifyingScript, [index], [mark])
  let adopted = 0
  for await (const identities of scanIdentities(connection, keys)) {
    const hashes = identities.map((identity) => keys.identity(identity))
    const args = [newMark(), logCap, ...identities]
    adopted += countFrom(await connection.run(adoptScript, [index, log, ...hashes], args))
    await keepPermit()
  }
  if (isExpected) await connection.run(endVerifyingScript, [index], [mark])
  return adopted
}
