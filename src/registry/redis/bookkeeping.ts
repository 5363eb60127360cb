import { RegistryError } from '../errors.ts'
import type { RedisConnection } from './connection.ts'
import { PROBE } from './functions.ts'
import type { NamespaceKeys } from './keys.ts'
import { logEntryFromLines, type LogPosition } from './log.ts'
import { readBookkeepingScript, readFactsScript } from './read-scripts.ts'
import { countFrom, flagFrom, listFrom, textFrom } from './replies.ts'

/** The state of a namespace's index and log at one instant. */
export interface Bookkeeping {
  /** The log's last entry; `null` if there is no log. */
  readonly end: LogPosition | null
  readonly hasIndex: boolean
  /** Whether a SCAN found the index complete and it hasn't been lost since. */
  readonly isVerified: boolean
  /** Whether the index was found to lack a registration, so a SCAN is needed. */
  readonly isSuspect: boolean
  /** Members of the index. */
  readonly indexSize: number
  /** Keys in the database; `Infinity` if they may not be counted. */
  readonly keyCount: number
  /** For `Evictions`. */
  readonly facts: string
}

/**
 * Reads the bookkeeping in one round trip.
 * @param asksFacts whether to ask INFO.
 */
export async function readBookkeeping(
  connection: RedisConnection,
  keys: NamespaceKeys,
  asksFacts: boolean,
): Promise<Bookkeeping> {
  const args = [asksFacts ? '1' : '0', connection.usesFunctions ? '0' : '1']
  const reply = await connection.run(readBookkeepingScript, [keys.index, keys.log], args)
  const [last, hasIndex, isVerified, isSuspect, keyCount, facts, indexSize] = listFrom(reply)
  return {
    end: last === null ? null : positionFrom(textFrom(last)),
    hasIndex: flagFrom(hasIndex),
    isVerified: flagFrom(isVerified),
    isSuspect: flagFrom(isSuspect),
    keyCount: typeof keyCount === 'number' && keyCount >= 0 ? keyCount : Infinity,
    facts: textFrom(facts),
    indexSize: countFrom(indexSize),
  }
}

/**
 * Facts from INFO, for `Evictions`, about the server that holds the namespace. With functions, `''`, and it is only checked
 * that they are loaded.
 */
export async function readFacts(connection: RedisConnection, keys: NamespaceKeys): Promise<string> {
  if (connection.usesFunctions) {
    await probe(connection, keys)
    return ''
  }
  // The key selects the server of a cluster.
  return textFrom(await connection.run(readFactsScript, [keys.nothing], []))
}

/**
 * Checks that the server of a namespace is no replica, and has the functions. Refusals for lack of memory, disk or replicas are
 * none: it can be read.
 * @throws RegistryError `UNAVAILABLE`
 */
export async function probe(connection: RedisConnection, keys: NamespaceKeys): Promise<void> {
  try {
    await connection.run(PROBE, [keys.nothing], [])
  } catch (error) {
    if (error instanceof RegistryError && CAN_BE_READ.test(error.message)) return
    throw error
  }
}

const CAN_BE_READ = / refused: (?:-?(?:OOM|MISCONF|NOREPLICAS)\b)/

function positionFrom(lines: string): LogPosition {
  const [id, mark] = lines.split('\n')
  return logEntryFromLines(`${id}\n\n${mark}`).position
}
