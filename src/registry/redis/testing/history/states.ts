import type { Redis } from 'ioredis'
import { logEntryFromLines, type LogEntry } from '../../log.ts'
import type { HistoryMetadata, SeenRegistration } from './events.ts'

/** A namespace's log from a stream id on, read apart from the replica. */
export async function readWholeLog(redis: Redis, key: string, from: string): Promise<LogEntry[]> {
  const entries = await redis.xrange(key, from, '+')
  return entries.map(([id, fields]) => logEntryFromLines([id, ...fields].join('\n')))
}

/** A registration as the log has it. */
export interface HeldRegistration extends SeenRegistration {
  readonly status: string
}

/** The namespace's content from one log entry until the next, including ended registrations. */
export interface HistoryState {
  /** Unix ms of the first and the last moment of it, by the log. */
  readonly fromMs: number
  readonly untilMs: number
  readonly held: ReadonlyMap<string, HeldRegistration>
}

/**
 * Every state that the log went through: the k-th is that after k entries.
 *
 * Written apart from the replica on purpose, so that they don't share their mistakes.
 */
export function statesOf(log: readonly LogEntry[]): HistoryState[] {
  const held = new Map<string, HeldRegistration>()
  const states = [{ fromMs: 0, untilMs: timeOf(log[0]), held: new Map(held) }]
  for (const [at, entry] of log.entries()) {
    const { kind, id: identity, metadata } = entry
    const expiresAt = Number(entry.expiresAt) || null
    const before = held.get(identity)
    if (kind === 'unregister') held.delete(identity)
    else if (kind === 'register') {
      const registeredAt = Number(entry.registeredAt)
      const { status }: HistoryMetadata = JSON.parse(metadata)
      held.set(identity, { identity, metadata, status, registeredAt, expiresAt })
    } else if (before) held.set(identity, { ...before, expiresAt })
    states.push({ fromMs: timeOf(entry), untilMs: timeOf(log[at + 1]), held: new Map(held) })
  }
  return states
}

function timeOf(entry: LogEntry | undefined): number {
  return entry ? Number(entry.position.id.split('-')[0]) : Infinity
}
