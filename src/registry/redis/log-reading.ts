import type { RedisConnection } from './connection.ts'
import type { NamespaceKeys } from './keys.ts'
import { logEntryFromLines, type LogEntry, type LogPosition } from './log.ts'
import { readLogScript } from './read-scripts.ts'
import { recordedFrom, type Recorded } from './records.ts'
import { countFrom, flagFrom, listFrom, textFrom } from './replies.ts'

/** Longest records that are compared, in bytes. */
const MAX_AUDITED_BYTES = 64 * 1024

/** What to read besides the log. */
export interface LogQuestions {
  /** Stream id to begin at. */
  readonly from: LogPosition | null
  /** Most entries. */
  readonly count: number
  /** Whether to ask INFO for evictions. */
  readonly facts: boolean
  /** Identities whose records are read too. */
  readonly audited: readonly string[]
}

/** The log from a position on, and what else was asked for, all of one instant. */
export interface LogReading {
  /** Unix ms by the clock of Redis. */
  readonly timeMs: number
  /** Monotonic ms between which that was. */
  readonly sentAtMs: number
  readonly receivedAtMs: number
  /** Begins with the entry at the position, of which it has only that. */
  readonly entries: readonly LogEntry[]
  /** Whether the log goes on after these. */
  readonly hasMore: boolean
  /** For `Evictions`; `null` if not asked for. */
  readonly facts: string | null
  /** In the order asked for. */
  readonly records: readonly { identity: string; recorded: Recorded }[]
}

/** Reads the log in one round trip. */
export async function readLog(
  connection: RedisConnection,
  keys: NamespaceKeys,
  { from, count, facts, audited }: LogQuestions,
): Promise<LogReading> {
  const names = audited.map((identity) => keys.identity(identity))
  const args = [from?.id ?? '-', count, facts ? '1' : '0', MAX_AUDITED_BYTES]
  const sentAtMs = performance.now()
  const reply = await connection.run(readLogScript, [keys.log, keys.nothing, ...names], args)
  const receivedAtMs = performance.now()
  const [time, hasMore, info, hashes, ...entries] = listFrom(reply)
  const found = hashes === null ? [] : listFrom(hashes)
  return {
    timeMs: countFrom(time),
    sentAtMs,
    receivedAtMs,
    hasMore: flagFrom(hasMore),
    facts: facts ? textFrom(info) : null,
    records: audited.map((identity, at) => ({
      identity,
      recorded: recordedFrom(identity, found[at]),
    })),
    entries: entries.map((lines) => logEntryFromLines(textFrom(lines))),
  }
}
