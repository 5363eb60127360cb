import type { Redis } from 'ioredis'
import type { CompiledFilter } from '../filter/compile.ts'
import { hasExpired } from '../memory/expiry-queue.ts'
import type { Registration } from '../registration.ts'
import type { RedisConnection } from './connection.ts'
import type { NamespaceKeys } from './keys.ts'
import { recordFields, registrationFrom } from './record.ts'
import { readLiveHashesScript } from './scripts.ts'

/** Keys looked at by one SCAN. */
const chunkSize = 1000

/**
 * Live registrations that match, ordered by identity, by SCAN and HGETALL: no state, and a cost that
 * grows with all keys of the database. Sees all that took effect before the call and stays; what
 * comes or goes during it may be seen or not.
 */
export async function scanRegistrations(
  connection: RedisConnection,
  keys: NamespaceKeys,
  filter: CompiledFilter,
): Promise<readonly Registration[]> {
  const pattern = `${keys.prefix.replace(/[\\*?[\]]/g, '\\$&')}*`
  const found = new Map<string, Registration>()
  for (const server of connection.servers()) {
    let cursor = '0'
    do {
      const [next, names] = await connection.perform(() =>
        server.scan(cursor, 'MATCH', pattern, 'COUNT', chunkSize, 'TYPE', 'hash'),
      )
      cursor = next
      for (const registration of await readHashes(connection, server, names)) {
        if (filter.matches(registration.metadata)) found.set(registration.identity, registration)
      }
    } while (cursor !== '0')
  }
  return [...found.keys()].sort().flatMap((identity) => found.get(identity) ?? [])
}

/** The live registrations of these identities. */
export async function readRegistrations(
  connection: RedisConnection,
  keys: NamespaceKeys,
  identities: readonly string[],
): Promise<readonly Registration[]> {
  const found: Registration[] = []
  for (let from = 0; from < identities.length; from += chunkSize) {
    const names = identities.slice(from, from + chunkSize).map((each) => keys.identity(each))
    const [time, ...hashes] = (await connection.run(
      readLiveHashesScript,
      names,
      recordFields,
    )) as unknown[]
    for (const values of hashes) {
      const registration = Array.isArray(values) ? registrationFrom(values) : undefined
      if (registration && !hasExpired(registration, Number(time))) found.push(registration)
    }
  }
  return found
}

async function readHashes(
  connection: RedisConnection,
  server: Redis,
  names: readonly string[],
): Promise<readonly Registration[]> {
  if (names.length === 0) return []
  const [time, ...replies] = await connection.perform(async () => {
    const pipeline = server.pipeline().time()
    for (const name of names) pipeline.hgetall(name)
    return (await pipeline.exec()) ?? []
  })
  const [seconds, microseconds] = (time?.[1] ?? []) as (string | number)[]
  const nowMs = Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000)
  return replies.flatMap(([error, hash]) => {
    if (error) throw connection.failure(error)
    const fields = hash as Readonly<Record<string, string>>
    const registration = registrationFrom(recordFields.map((name) => fields[name]))
    return registration && !hasExpired(registration, nowMs) ? registration : []
  })
}
