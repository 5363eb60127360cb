import type { RedisConnection } from './connection.ts'
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
  /** Keys in the database; `Infinity` without permission. */
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
  const args = [asksFacts ? '1' : '0']
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

/** Facts from INFO, for `Evictions`, about the server that holds the namespace. */
export async function readFacts(connection: RedisConnection, keys: NamespaceKeys): Promise<string> {
  // The key selects the server of a cluster.
  return textFrom(await connection.run(readFactsScript, [keys.nothing], []))
}

function positionFrom(lines: string): LogPosition {
  const [id, mark] = lines.split('\n')
  return logEntryFromLines(`${id}\n\n${mark}`).position
}
