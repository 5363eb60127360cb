import { parseDurationMs, type Duration } from '../duration.ts'

/** What a fault is given while it lasts. */
export interface FaultContext {
  /** Fires when the load ends, however it ends: mend what is broken, and resolve. */
  readonly signal: AbortSignal
  /**
   * Call when something is broken, with what exactly, such as `redis-2 at 127.0.0.1:7002`: targets that are
   * looked up then, such as the primary of a namespace, aren't known before. Without a call, the fault
   * began when it was injected.
   */
  readonly begun: (what?: string) => void
}

/** Something that breaks during a load. `docs/faults.md` lists those that exist, and how to write one. */
export interface Fault {
  /** What breaks, for reports: `kill Redis primary`. */
  readonly label: string
  /**
   * Breaks it. Resolves when the fault is over: at once for one that stays, such as a kill, and mended for
   * one that passes, such as a pause of 3 s. Rejects if it could not be injected: the measurement then
   * says nothing about it.
   */
  readonly inject: (context: FaultContext) => Promise<void>
}

/** A fault and when it is due. */
export interface ScheduledFault {
  /** Since the measurement began, in ms. */
  readonly atMs: number
  readonly fault: Fault
}

/**
 * Schedules a fault: `at('20s', kill(nats.node(2)))`.
 * @param time since the measurement, not the warm-up, began.
 * @throws InputError if it is not a duration.
 */
export function at(time: Duration, fault: Fault): ScheduledFault {
  return { atMs: parseDurationMs(time, 'at'), fault }
}
