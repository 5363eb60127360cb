import { MAX_AUDITED_BYTES } from './audit.ts'
import type { RedisConnection } from './connection.ts'
import type { NamespaceKeys } from './keys.ts'
import { logEntryFromLines, type LogEntry, type LogPosition } from './log.ts'
import { readLogScript } from './read-scripts.ts'
import { recordedFrom, type Recorded } from './records.ts'
import { countFrom, listFrom, textFrom } from './replies.ts'

/** The log from a position on, and the time, both of one instant. */
export interface LogReading {
  /** Unix ms by the clock of Redis. */
  readonly timeMs: number
  /** Monotonic ms between which that was. */
  readonly sentAtMs: number
  readonly receivedAtMs: number
  /** Begins with the entry at the position, of which it has only that. */
  readonly entries: readonly LogEntry[]
  /** Whether the log may go on after these. */
  readonly hasMore: boolean
  /** What was asked besides, of the same instant. */
  readonly checks: LogChecks | null
}

/** What Redis says of itself and of some records. */
export interface LogChecks {
  /** For `Evictions`. */
  readonly facts: string
  readonly records: readonly { identity: string; recorded: Recorded }[]
}

/**
 * Reads the log in one round trip.
 * @param from where to begin; `null` for the log's beginning.
 * @param count most entries.
 * @param audited identities whose records are read too, and whether to ask INFO; `null` to ask nothing besides the log.
 */
export async function readLog(
  connection: RedisConnection,
  keys: NamespaceKeys,
  from: LogPosition | null,
  count: number,
  audited: { readonly identities: readonly string[]; readonly asksFacts: boolean } | null,
): Promise<LogReading> {
  const names = [keys.log]
  const args: (string | number)[] = [from?.id ?? '-', count]
  if (audited !== null) {
    names.push(keys.nothing, ...audited.identities.map((identity) => keys.identity(identity)))
    args.push(MAX_AUDITED_BYTES, audited.asksFacts ? '1' : '0')
  }
  const sentAtMs = performance.now()
  const reply = listFrom(await connection.run(readLogScript, names, args))
  const receivedAtMs = performance.now()
  const isCut = reply.length > 1 && reply.at(-1) === ''
  const entries: LogEntry[] = []
  const end = isCut ? reply.length - 1 : reply.length
  for (let at = 1; at < end; at += 1) entries.push(logEntryFromLines(textFrom(reply[at])))
  const [time, facts, ...hashes] = audited === null ? [reply[0]] : listFrom(reply[0])
  return {
    timeMs: countFrom(time),
    sentAtMs,
    receivedAtMs,
    entries,
    hasMore: isCut || entries.length >= count,
    checks:
      audited === null
        ? null
        : { facts: textFrom(facts), records: recordsOf(audited.identities, hashes) },
  }
}

function recordsOf(identities: readonly string[], hashes: readonly unknown[]) {
  return identities.map((identity, at) => ({
    identity,
    recorded: recordedFrom(identity, hashes[at]),
  }))
}
