import { lengthMs } from '../arrivals/arguments.ts'
import { check, checkFields, number, wholeNumber, written, type Fields } from '../check-fields.ts'
import type { Duration } from '../duration.ts'
import { InputError } from '../../input-error.ts'
import {
  checkThinkTime,
  readThinkTime,
  type ThinkTime,
  type ThinkTimeOption,
} from './think-time.ts'

/** A population of users: how many there are when, as plain data. Users are numbered 0, 1, 2 … */
export interface Users {
  /** The population without the think time: `50 users`. */
  readonly label: string
  /** The number of users at the start of the measurement, and from `overMs` on. */
  readonly from: number
  readonly to: number
  readonly overMs: number
  readonly thinkTime: ThinkTime
}

/** The behaviour of users between steps. */
export interface UsersOptions {
  /** The wait before each step. A plain duration is the mean of an exponential distribution; `0s` is no wait. */
  readonly thinkTime: ThinkTimeOption
}

/** More would need more than what draws tell apart, and far more than one generator's memory. */
const MAX_USERS = 1_000_000

/**
 * The same number of users throughout.
 *
 *     count │─────────────────
 *           └─────────────── time
 *
 * @param count a whole number from 1 to 1,000,000.
 * @throws InputError for any other figures.
 */
export function users(count: number, options: UsersOptions): Users {
  wholeNumber(1, MAX_USERS)(count, 'users: count')
  const thinkTime = readOptions(options, 'users')
  const label = count === 1 ? '1 user' : `${count} users`
  return { label, from: count, to: count, overMs: 0, thinkTime }
}

/**
 * A number of users that grows or falls evenly, and then stays:
 *
 *     to   │      ╭─────────
 *          │    ╱
 *     from │  ╱
 *          └─────────────── time
 *            └over┘
 *
 * By time t ≤ T = `over` of the measurement, U(t) = from + (to − from)·t / T users are there. User u
 * joins, or leaves, when U(t) passes u + 1:
 *
 *     joins(u)  = T · (u + 1 − from) / (to − from)    for from ≤ u < to
 *     leaves(u) = T · (from − u) / (from − to)        for to ≤ u < from
 *
 * A user who leaves ends the iteration under way first.
 *
 * @param from users at the beginning, a whole number from 0 to 1,000,000.
 * @param to users at the end and from then on, the same; one of the two is > 0.
 * @param over how long the number changes, > 0.
 * @throws InputError for any other figures.
 */
export function rampUsers(from: number, to: number, over: Duration, options: UsersOptions): Users {
  wholeNumber(0, MAX_USERS)(from, 'rampUsers: from')
  wholeNumber(0, MAX_USERS)(to, 'rampUsers: to')
  const overMs = lengthMs(over, 'rampUsers: over')
  const thinkTime = readOptions(options, 'rampUsers')
  if (from === 0 && to === 0) {
    throw new InputError('rampUsers: from and to are both 0. Give one of them users.')
  }
  return { label: `${from} to ${to} users over ${over}`, from, to, overMs, thinkTime }
}

/** The most users at any time. */
export function mostOf({ from, to }: Users): number {
  return Math.max(from, to)
}

/** When a user joins, in ms after the measurement began; 0 is since the warm-up. */
export function joinsAtMs({ from, to, overMs }: Users, user: number): number {
  return user < from ? 0 : (overMs * (user + 1 - from)) / (to - from)
}

/** When a user stops beginning iterations, in ms after the measurement began; `Infinity` if never. */
export function leavesAtMs({ from, to, overMs }: Users, user: number): number {
  return user < to ? Infinity : (overMs * (from - user)) / (from - to)
}

const FIELDS: Fields<Users> = {
  label: check((value) => typeof value === 'string', 'a text'),
  from: wholeNumber(0, MAX_USERS),
  to: wholeNumber(0, MAX_USERS),
  overMs: number(0),
  thinkTime: checkThinkTime,
}

/**
 * Checks that something is a population of users.
 * @throws InputError
 */
export function checkUsers(made: unknown, what: string): void {
  if (typeof made === 'object' && made !== null && 'from' in made && 'thinkTime' in made) {
    checkFields(made, what, FIELDS)
    return
  }
  throw new InputError(
    `${what}: ${written(made)} is not a number of users. Call users(50, { thinkTime: '1s' }) or rampUsers(1, 50, '1m', { thinkTime: '1s' }).`,
  )
}

/** The population in words, with its think time. */
export function labelOf({ label, thinkTime }: Users): string {
  if (thinkTime.meanMs === 0) return `${label} without think time`
  return `${label}, think time ${thinkTime.label}`
}

/**
 * How long a user is to be there during a measurement, in ms.
 * @param measuredMs how long it was measured.
 */
export function presenceMs(population: Users, user: number, measuredMs: number): number {
  const untilMs = Math.min(leavesAtMs(population, user), measuredMs)
  return Math.max(untilMs - joinsAtMs(population, user), 0)
}

function readOptions(options: UsersOptions, where: string): ThinkTime {
  checkFields(options, where, { thinkTime: checkThinkTime })
  if (options.thinkTime === undefined) {
    throw new InputError(
      `${where}: thinkTime is missing. Write { thinkTime: '1s' }, or '0s' for users who never think.`,
    )
  }
  return readThinkTime(options.thinkTime)
}
