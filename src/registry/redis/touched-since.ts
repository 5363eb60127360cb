import { TouchedIdentities } from '../watch/touched-identities.ts'
import type { RedisConnection } from './connection.ts'
import { CorruptData } from './corrupt-data.ts'
import type { NamespaceKeys } from './keys.ts'
import { isSamePosition, timeOf, touchesOf, type LogPosition } from './log.ts'
import { readLog } from './log-reading.ts'
import { endedScript } from './read-scripts.ts'
import { listFrom, textFrom } from './replies.ts'

/** Log entries read at a time. */
const chunkSize = 500

/**
 * The identities that something may have happened to after a position of the log: those that the log
 * names, and those that have ended and of which it says nothing yet.
 * @returns `undefined` if the log doesn't say: it doesn't reach back to the position, or has an entry
 *   after which everything must be read anew, or of a time to come, because the clock was set back.
 */
export async function touchedSince(
  connection: RedisConnection,
  keys: NamespaceKeys,
  since: LogPosition,
): Promise<TouchedIdentities | undefined> {
  const touched = new TouchedIdentities()
  // Before the log is read: what leaves the index meanwhile is in the log then.
  const ended = listFrom(await connection.run(endedScript, [keys.index], []))
  for (const identity of ended) touched.add(textFrom(identity), 'expired')
  for (let position = since; ;) {
    const reading = await readLog(connection, keys, position, chunkSize, null)
    const [first, ...entries] = reading.entries
    if (first === undefined || !isSamePosition(first.position, position)) return undefined
    try {
      for (const entry of entries) {
        for (const [identity, touch] of touchesOf(entry)) touched.add(identity, touch)
        position = entry.position
      }
    } catch (error) {
      if (error instanceof CorruptData) return undefined
      throw error
    }
    if (timeOf(position) > reading.timeMs) return undefined
    if (!reading.hasMore) return touched
  }
}
