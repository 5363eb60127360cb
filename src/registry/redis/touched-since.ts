import { TouchedIdentities } from '../watch/touched-identities.ts'
import type { RedisConnection } from './connection.ts'
import type { NamespaceKeys } from './keys.ts'
import { isSamePosition, logEntryFromLines, touchesOf, type LogPosition } from './log.ts'
import { endedScript, readLogScript } from './scripts.ts'

/** Log entries read at a time. */
const chunkSize = 500

/**
 * The identities that something may have happened to after a position of the log: those that the log
 * names, and those that have ended and of which it says nothing yet.
 * @returns `undefined` if the log doesn't reach back to the position.
 */
export async function touchedSince(
  connection: RedisConnection,
  keys: NamespaceKeys,
  since: LogPosition,
): Promise<TouchedIdentities | undefined> {
  const touched = new TouchedIdentities()
  // Before the log: what is dropped from the index meanwhile is in the log then.
  const ended = await connection.run(endedScript, [keys.index], [])
  for (const identity of Array.isArray(ended) ? ended : []) touched.add(String(identity), 'expired')
  for (let position = since; ;) {
    const reply = await connection.run(readLogScript, [keys.log], [position.id, chunkSize])
    const [, ...lines]: unknown[] = Array.isArray(reply) ? reply : []
    const [first, ...entries] = lines.map(logEntryFromLines)
    if (first === undefined || !isSamePosition(first.position, position)) return undefined
    for (const entry of entries) {
      for (const [identity, touch] of touchesOf(entry)) touched.add(identity, touch)
      position = entry.position
    }
    if (lines.length < chunkSize) return touched
  }
}
