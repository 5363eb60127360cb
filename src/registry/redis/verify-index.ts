import type { Bookkeeping } from './bookkeeping.ts'
import type { RedisConnection } from './connection.ts'
import type { NamespaceKeys } from './keys.ts'
import { adoptScript, beginVerifyingScript, endVerifyingScript } from './repair-scripts.ts'
import { countFrom } from './replies.ts'
import { scanIdentities } from './scan.ts'

/**
 * Keys of a database that are looked at, some 100 ms of work, though nothing says that the namespace
 * has lost its bookkeeping. In a larger one only a loss that shows is noticed. Once an index is
 * verified, it need not be again until it is lost.
 */
const MAX_KEYS_TO_VERIFY = 100_000

/** The same without any bookkeeping, where the search is repeated. */
const MAX_KEYS_WITHOUT_BOOKKEEPING = 10_000

/**
 * Whether an index must be verified before it is read: it may have been deleted or evicted, and begun
 * anew by the next registration.
 * @param heldCount how many registrations the reader holds so far.
 */
export function needsVerification(state: Bookkeeping, heldCount: number): boolean {
  if (state.isSuspect) return true
  if (state.isVerified) return false
  // It doesn't reload without a reason, such as the loss of everything but the records.
  if (heldCount > 0) return true
  if (state.hasIndex) return state.keyCount <= MAX_KEYS_TO_VERIFY
  return state.end !== null || state.keyCount <= MAX_KEYS_WITHOUT_BOOKKEEPING
}

/**
 * Finds registrations that the index lacks, by SCAN, and adds them.
 * @param options.isExpected whether there must be an index, because there is a log, or was.
 * @returns how many there were.
 */
export async function verifyIndex(
  connection: RedisConnection,
  keys: NamespaceKeys,
  options: {
    readonly isExpected: boolean
    readonly newMark: () => string
    readonly logCap: number
  },
): Promise<number> {
  const { index, log } = keys
  const { isExpected, newMark, logCap } = options
  const mark = newMark()
  if (isExpected) await connection.run(beginVerifyingScript, [index], [mark])
  let adopted = 0
  for await (const identities of scanIdentities(connection, keys)) {
    const hashes = identities.map((identity) => keys.identity(identity))
    const args = [newMark(), logCap, ...identities]
    adopted += countFrom(await connection.run(adoptScript, [index, log, ...hashes], args))
  }
  if (isExpected) await connection.run(endVerifyingScript, [index], [mark])
  return adopted
}
