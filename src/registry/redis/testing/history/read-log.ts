import type { Redis } from 'ioredis'
import { logEntryFromLines, type LogEntry } from '../../log.ts'

/** A namespace's log from a stream id on, read apart from the replica. */
export async function readWholeLog(redis: Redis, key: string, from: string): Promise<LogEntry[]> {
  const entries = await redis.xrange(key, from, '+')
  return entries.map(([id, fields]) => logEntryFromLines([id, ...fields].join('\n')))
}
