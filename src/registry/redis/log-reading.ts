import { MAX_AUDITED_BYTES } from './audit.ts'
import { probe } from './bookkeeping.ts'
import type { RedisConnection } from './connection.ts'
import type { NamespaceKeys } from './keys.ts'
import { logEntryFromLines, type LogEntry, type LogPosition } from './log.ts'
import { readLogScript } from './read-scripts.ts'
import { recordedFrom, type Recorded } from './records.ts'
import { countFrom, listFrom, textFrom } from './replies.ts'

/** The log from a position on, and the time, at one instant. */
export interface LogReading {
  /** Unix ms by the clock of Redis. */
  readonly timeMs: number
  /** Monotonic ms before and after the reading. */
  readonly sentAtMs: number
  readonly receivedAtMs: number
  /** Begins with the entry at the position, without its content. */
  readonly entries: readonly LogEntry[]
  /** Whether the log may have more entries after these. */
  readonly hasMore: boolean
  /** Additional checks, at the same instant. */
  readonly checks: LogChecks | null
}

/** What to check beside the log. */
export interface Audited {
  readonly identities: readonly string[]
  readonly asksFacts: boolean
  readonly asksLength: boolean
}

/** Facts from INFO, the log's length, and some records. */
export interface LogChecks {
  /** For `Evictions`. */
  readonly facts: string
  /** In entries; `null` if it wasn't asked for, or the user may not ask. */
  readonly logLength: number | null
  readonly records: readonly { identity: string; recorded: Recorded }[]
  /** Why the server refused the write that shows whether it is a replica; `null` if it didn't. */
  readonly refusal: string | null
}

/**
 * Reads the log in one round trip.
 * @param from where to begin; `null` for the log's beginning.
 * @param count maximum number of entries.
 * @param audited identities whose records to read too, and whether to ask INFO and for the log's length; `null` for the log
 * alone.
 */
export async function readLog(
  connection: RedisConnection,
  keys: NamespaceKeys,
  from: LogPosition | null,
  count: number,
  audited: Audited | null,
): Promise<LogReading> {
  const names = [keys.log]
  const args: (string | number)[] = [from?.id ?? '-', count]
  if (audited !== null) {
    names.push(keys.nothing, ...audited.identities.map((identity) => keys.identity(identity)))
    const { asksFacts, asksLength } = audited
    args.push(MAX_AUDITED_BYTES, asksFacts ? '1' : '0', asksLength ? '1' : '0')
  }
  const sentAtMs = performance.now()
  // As a function, the script would read from a replica too. The connection keeps the order.
  const probing = audited !== null && connection.usesFunctions ? probe(connection, keys) : null
  const reading = connection.run(readLogScript, names, args)
  reading.catch(() => {})
  await probing
  const reply = listFrom(await reading)
  const receivedAtMs = performance.now()
  const isCut = reply.length > 1 && reply.at(-1) === ''
  const entries = entriesOf(reply.slice(1, isCut ? -1 : undefined))
  const [time, facts, length, ...hashes] = audited === null ? [reply[0]] : listFrom(reply[0])
  const refusal = hashes[audited?.identities.length ?? 0]
  return {
    timeMs: countFrom(time),
    sentAtMs,
    receivedAtMs,
    entries,
    hasMore: isCut || entries.length >= count,
    checks:
      audited === null
        ? null
        : {
            facts: textFrom(facts),
            logLength: length === null ? null : countFrom(length),
            records: recordsOf(audited.identities, hashes),
            refusal: refusal === undefined ? null : textFrom(refusal),
          },
  }
}

/** The reply has each record once, at the first entry that names it. */
function entriesOf(lines: readonly unknown[]): LogEntry[] {
  const records = new Map<string, LogEntry>()
  return lines.map((each) => {
    const entry = logEntryFromLines(textFrom(each))
    if (entry.kind === 'record') records.set(entry.id, entry)
    const record = entry.kind === 'large' ? records.get(entry.id) : undefined
    return record ? { ...record, position: entry.position } : entry
  })
}

function recordsOf(identities: readonly string[], hashes: readonly unknown[]) {
  return identities.map((identity, at) => ({
    identity,
    recorded: recordedFrom(identity, hashes[at]),
  }))
}
