import { TouchedIdentities } from '../watch/registration-change.ts'
import type { RedisConnection } from './connection.ts'
import { CorruptData } from './record.ts'
import type { NamespaceKeys } from './keys.ts'
import { isSamePosition, timeOf, touchesOf, type LogPosition } from './log.ts'
import { readLog } from './log-reading.ts'
import { endedScript } from './read-scripts.ts'
import { listFrom, textFrom } from './replies.ts'

/** Log entries read at a time. */
const chunkSize = 500

/** Expired identities read at a time. */
const ENDED_AT_A_TIME = 1000

/**
 * Finds the identities that may have changed after a position of the log: those that the log names, and
 * those that have expired without an entry yet.
 * @returns `undefined` if that is unknown: the log doesn't reach back to the position; it has an entry
 *   that requires a reload, or an entry from the future because the clock was set back; or more
 *   identities expired at the same instant than are read at once.
 */
export async function touchedSince(
  connection: RedisConnection,
  keys: NamespaceKeys,
  since: LogPosition,
): Promise<TouchedIdentities | undefined> {
  const touched = new TouchedIdentities()
  // Before reading the log: identities that leave the index meanwhile are then in the log.
  if (!(await addEnded(touched, connection, keys))) return undefined
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

/** Adds the expired identities in the index. @returns `false` if some may be missing. */
async function addEnded(
  touched: TouchedIdentities,
  connection: RedisConnection,
  keys: NamespaceKeys,
): Promise<boolean> {
  for (let from = '(-inf'; ;) {
    // By score, not by rank, because ranks change when other identities leave the index.
    const page = listFrom(await connection.run(endedScript, [keys.index], [from, ENDED_AT_A_TIME]))
    for (let at = 0; at < page.length; at += 2) touched.add(textFrom(page[at]), 'expired')
    if (page.length < 2 * ENDED_AT_A_TIME) return true
    const last = textFrom(page.at(-1))
    if (last === from) return false
    from = last
  }
}
