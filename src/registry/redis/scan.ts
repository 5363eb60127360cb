import { EventLoopBudget } from '../event-loop-budget.ts'
import type { CompiledFilter } from '../filter/compile.ts'
import { hasExpired } from '../memory/expiry-queue.ts'
import type { Registration } from '../registration.ts'
import type { Warnings } from '../warnings.ts'
import type { RedisConnection } from './connection.ts'
import { CorruptData, identityFrom } from './record.ts'
import type { NamespaceKeys } from './keys.ts'
import { corruptRecordMessage, readRecords } from './records.ts'

/** Maximum time per turn of the event loop for evaluating a filter, in ms. */
const TURN_BUDGET_MS = 2

/** Keys per SCAN. */
const chunkSize = 1000

/**
 * Reads the live registrations that match, ordered by identity, by SCAN and HMGET: stateless, at a cost
 * that grows with all keys of the database. Sees every registration that exists throughout the call;
 * those that come or go during it may be missing.
 * @throws the signal's reason if the signal is aborted before the end.
 */
export async function scanRegistrations(
  connection: RedisConnection,
  keys: NamespaceKeys,
  filter: CompiledFilter,
  warnings: Warnings,
  signal?: AbortSignal,
): Promise<readonly Registration[]> {
  const found = new Map<string, Registration>()
  const budget = new EventLoopBudget(TURN_BUDGET_MS, signal)
  for await (const identities of scanIdentities(connection, keys)) {
    signal?.throwIfAborted()
    for (const registration of await readRegistrations(connection, keys, identities, warnings)) {
      if (budget.check()) await budget.renew()
      if (!filter.matches(registration.metadata)) continue
      found.set(registration.identity, registration)
    }
  }
  return [...found.keys()].sort().flatMap((identity) => found.get(identity) ?? [])
}

/** Reads the live registrations of these identities; skips corrupt ones with a warning. */
export async function readRegistrations(
  connection: RedisConnection,
  keys: NamespaceKeys,
  identities: readonly string[],
  warnings: Warnings,
): Promise<readonly Registration[]> {
  const found: Registration[] = []
  for (let from = 0; from < identities.length; from += chunkSize) {
    const chunk = identities.slice(from, from + chunkSize)
    for (const { identity, recorded, timeMs } of await readRecords(connection, keys, chunk)) {
      if (recorded.state === 'corrupt') {
        warnings.warn('CORRUPT_RECORD', corruptRecordMessage(keys, identity, recorded.fault))
      }
      if (recorded.state === 'valid' && !hasExpired(recorded.registration, timeMs)) {
        found.push(recorded.registration)
      }
    }
  }
  return found
}

/** Yields the identities that have a hash, in chunks; some may repeat. */
export async function* scanIdentities(
  connection: RedisConnection,
  keys: NamespaceKeys,
): AsyncGenerator<readonly string[]> {
  const pattern = `${keys.prefix.replace(/[\\*?[\]]/g, '\\$&')}*`
  for (const server of connection.servers()) {
    let cursor = '0'
    do {
      const [next, names] = await connection.perform(
        () => server.scan(cursor, 'MATCH', pattern, 'COUNT', chunkSize, 'TYPE', 'hash'),
        'SCAN',
      )
      cursor = next
      const identities = names.map((name) => name.slice(keys.prefix.length)).filter(isIdentity)
      if (identities.length > 0) yield identities
    } while (cursor !== '0')
  }
}

function isIdentity(text: string): boolean {
  try {
    return identityFrom(text) !== ''
  } catch (error) {
    if (error instanceof CorruptData) return false
    throw error
  }
}
