import { checkKeys, checkObject, functionOf, written, type Check } from '../check-fields.ts'
import { parseDurationMs, type Duration } from '../duration.ts'
import { InputError } from '../../input-error.ts'

/** What a fault is given while it lasts. */
export interface FaultContext {
  /** Fires when the load ends, however it ends: mend what is broken, and resolve. */
  readonly signal: AbortSignal
  /**
   * Call when something is broken, with what exactly, such as `redis-2 at 127.0.0.1:7002`: targets that are
   * looked up then, such as the primary of a namespace, aren't known before. The first call says when the fault
   * began; later ones can still say what broke. Without a call, the fault began when it was injected.
   * @param agoMs how long ago it may have broken, for a fault that is noticed late.
   */
  readonly begun: (what?: string, agoMs?: number) => void
}

/** Something that breaks during a load. `docs/faults.md` lists those that exist, and how to write one. */
export interface Fault {
  /** What breaks, for reports: `kill Redis primary`. */
  readonly label: string
  /**
   * Whether each shard of a load injects it, because what it breaks, or watches, is the shard's own. Other faults are
   * injected by the first shard only. Default: false.
   */
  readonly isInEveryShard?: boolean
  /**
   * Breaks it. Resolves when the fault is over: at once for one that stays, such as a kill, and mended for
   * one that passes, such as a pause of 3 s. Rejects if it could not be injected or mended: the measurement then
   * says nothing about it.
   */
  readonly inject: (context: FaultContext) => Promise<void>
}

/**
 * When a fault is due, since the measurement, not the warm-up, began: after a time, `20s`, or after a part of
 * the measurement, `25%`, for scenarios that run at several lengths.
 */
export type FaultTime = Duration | `${number}%`

/** A fault and when it is due. */
export interface ScheduledFault {
  readonly time: FaultTime
  readonly fault: Fault
}

/**
 * Schedules a fault: `at('20s', kill(nats.node(2)))`, `at('25%', …)`.
 * @throws InputError if the time is neither a duration nor a percentage below 100, or the fault is none.
 */
export function at(time: FaultTime, fault: Fault): ScheduledFault {
  checkTime(time, 'at')
  checkFault(fault, `at ${time}`)
  return { time, fault }
}

/** When a fault of a load of some length is due, in ms since the measurement began. */
export function dueMs({ time }: ScheduledFault, durationMs: number): number {
  const percent = percentOf(time)
  return percent === null ? parseDurationMs(time, 'at') : (percent / 100) * durationMs
}

/** More would be more than a page shows, or a run file should hold. */
const MAX_FAULTS = 1_000

/** Checks that a value is a list of faults made by `at`. */
export const checkFaults: Check = (value, where) => {
  if (!Array.isArray(value)) {
    throw new InputError(`${where}: ${written(value)} is not a list. Write [at('20s', kill(…))].`)
  }
  if (value.length > MAX_FAULTS) {
    throw new InputError(
      `${where}: ${value.length} faults are too many; ${MAX_FAULTS} are possible.`,
    )
  }
  for (const [index, one] of value.entries()) {
    const whereOne = `${where}[${index}]`
    if (isFault(one)) {
      throw new InputError(
        `${whereOne}: "${one.label}" has no time. Write at('20s', …) for 20 s after the measurement began, or at('25%', …).`,
      )
    }
    const { time, fault } = checkKeys(one, whereOne, ["at('20s', kill(…))", 'time', 'fault'])
    checkTime(time, whereOne)
    checkFault(fault, whereOne)
  }
}

/**
 * Checks that the faults of a load are due before it ends.
 * @throws InputError that names the one that isn't.
 */
export function checkDue(faults: readonly ScheduledFault[], durationMs: number): void {
  const late = faults.find((one) => dueMs(one, durationMs) >= durationMs)
  if (late === undefined) return
  throw new InputError(
    `load: faults: "${late.fault.label}" is due at ${late.time}, but the measurement lasts ${durationMs / 1_000} s. Choose an earlier time, or a part of the measurement, such as at('25%', …), for a load of several lengths.`,
  )
}

function checkTime(time: unknown, where: string): asserts time is FaultTime {
  const percent = percentOf(time)
  if (percent === null) {
    if (typeof time === 'string' && time.includes('%')) refusePercent(time, where)
    parseDurationMs(time as string, where)
  } else if (percent >= 100) refusePercent(String(time), where)
}

function refusePercent(time: string, where: string): never {
  throw new InputError(
    `${where}: "${time}" must be a part of the measurement from 0% to below 100%, such as 25%.`,
  )
}

/** `null` if a time is not a percentage. */
function percentOf(time: unknown): number | null {
  const [, percent] = typeof time === 'string' ? (/^(\d+(?:\.\d+)?)%$/.exec(time.trim()) ?? []) : []
  return percent === undefined ? null : Number(percent)
}

function checkFault(fault: unknown, where: string): asserts fault is Fault {
  // Class instances have their methods elsewhere, so other keys are no mistake.
  const { label, inject } = checkObject(fault, `${where}: fault`, ['label', 'inject'])
  if (typeof label !== 'string' || label.trim() === '') {
    throw new InputError(
      `${where}: label: ${written(label)} must be a text that says what breaks, such as 'stop the cache'.`,
    )
  }
  functionOf('that breaks something')(inject, `${where}: inject`)
}

function isFault(value: unknown): value is Fault {
  return (
    typeof value === 'object' &&
    value !== null &&
    'inject' in value &&
    'label' in value &&
    !('fault' in value)
  )
}
