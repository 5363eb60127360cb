import { randomStream, wholeDraws } from '../../../../stats/random.ts'

/** A message from the parent to a process of a history test. */
export interface HistoryTask {
  readonly role: 'writer' | 'reader'
  readonly url: string
  readonly namespace: string
  readonly seed: number
  /** Writes to make; a reader reads until told to stop. */
  readonly writes: number
  readonly logCap: number
  /** Whether a writer makes some registrations too large for the log. */
  readonly hasLarge?: boolean
}

/**
 * When a call was under way. `beganAt` and `endedAt` are monotonic ns of the machine that all processes
 * run on; `beganMs` and `endedMs` are Unix ms by its clock, which is that of Redis too.
 */
export interface CallTimes {
  readonly beganAt: number
  readonly endedAt: number
  readonly beganMs: number
  readonly endedMs: number
}

export interface WriteEvent extends CallTimes {
  readonly kind: 'register' | 'replace' | 'heartbeat' | 'unregister'
  readonly identity: string
  /** The number of the call, from 1, of its process's store. */
  readonly serial: number
  /** The registration of a register or replace, as JSON. */
  readonly metadata?: string
  readonly outcome:
    | { readonly state: 'made'; readonly expiresAt: number | null }
    /** ALREADY_EXISTS for a register, NOT_FOUND for a heartbeat, `false` for an unregister. */
    | { readonly state: 'refused' }
}

export interface ReadEvent extends CallTimes {
  readonly kind: 'read'
  /** The requested `status`; `null` for all. */
  readonly status: string | null
  readonly seen: readonly SeenRegistration[]
}

/** A registration as an enumerate gave it; `metadata` as JSON. */
export interface SeenRegistration {
  readonly identity: string
  readonly metadata: string
  readonly registeredAt: number
  readonly expiresAt: number | null
}

/** The calls of a process, in the order in which they ended. */
export interface HistoryReport {
  readonly writes: readonly WriteEvent[]
  readonly reads: readonly ReadEvent[]
  /** Enumerates that failed with `UNAVAILABLE`, as they may while keys are lost. */
  readonly failedReads: number
}

/** The metadata of a writer's registrations. */
export interface HistoryMetadata {
  readonly status: string
  /** The writer's seed, which tells the writers apart. */
  readonly writer: number
  readonly serial: number
  /** Makes it large. */
  readonly filling?: string
}

export const statuses = ['online', 'away', 'busy'] as const

/** A repeatable source of whole numbers from 0 to `below` − 1. */
export function randomFrom(seed: number): (below: number) => number {
  return wholeDraws(randomStream(seed, 0))
}
