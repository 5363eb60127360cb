import { InputError } from '../input-error.ts'
import {
  DEFAULT_ASSUMPTIONS,
  DEFAULTS,
  MAX_NAMESPACES,
  type AskedDemand,
  type Assumptions,
  type Demand,
} from './demand.ts'

/** The allowed values of a figure. */
interface Range {
  readonly least: number
  readonly most: number
  readonly isWhole: boolean
}

/** A figure of the demand, and the description of its flag. */
export interface DemandFlag {
  readonly flag: string
  readonly name: keyof Demand
  readonly description: string
  readonly range: Range
}

const MOST = 1e12
const COUNT: Range = { least: 1, most: MOST, isWhole: true }
const COUNT_OR_NONE: Range = { least: 0, most: MOST, isWhole: true }
const RATE: Range = { least: 0, most: MOST, isWhole: false }

/** All figures of the demand. */
export const DEMAND_FLAGS: readonly DemandFlag[] = [
  flag('identities', 'registered at a time', COUNT),
  flag('namespaces', 'that they are spread over', { ...COUNT, most: MAX_NAMESPACES }),
  flag('heartbeats', 'per second', RATE),
  flag('registrations', 'per second', RATE),
  flag('unregistrations', 'per second', RATE),
  flag('enumerates', 'per second', RATE),
  flag('matches', 'registrations that each enumerate returns', COUNT_OR_NONE),
  flag('multicasts', 'per second', RATE),
  flag('targets', 'identities that each multicast is for', COUNT_OR_NONE),
  flag('gateways', 'processes that host subscribers', COUNT),
  flag('replicas', 'processes that keep a copy of each namespace', { ...COUNT, most: 65_536 }),
  { ...flag('payloadBytes', 'of each multicast', COUNT_OR_NONE), flag: '--payload' },
  { ...flag('metadataBytes', 'of each registration, as JSON', COUNT_OR_NONE), flag: '--metadata' },
]

function flag(name: keyof Demand, what: string, range: Range): DemandFlag {
  return { flag: `--${name}`, name, description: `${what} (default: ${DEFAULTS[name]})`, range }
}

/**
 * The figures of each plan. A flag may have several values, separated by commas, one for each plan; one
 * with a single value holds for all.
 * @throws InputError
 */
export function askedFrom(
  flags: Readonly<Record<string, string | undefined>>,
): readonly AskedDemand[] {
  const given = DEMAND_FLAGS.flatMap(({ flag: text, name, range }) => {
    const value = flags[text.slice(2)]
    if (value === undefined) return []
    return [{ text, name, values: value.split(',').map((part) => numberFrom(text, part, range)) }]
  })
  const counts = new Map(given.map(({ text, values }) => [values.length, text]))
  counts.delete(1)
  const [[plans, first] = [1, ''], [others, second] = [0, '']] = [...counts]
  if (others > 0) {
    throw new InputError(
      `${first} has ${plans} values and ${second} has ${others}: give one for each plan, or a single one for all.`,
    )
  }
  return Array.from({ length: plans }, (_, plan) =>
    Object.fromEntries(given.map(({ name, values }) => [name, values[plan] ?? values[0]])),
  )
}

/** A flag for an assumption about machines. */
export interface AssumptionFlag {
  readonly flag: string
  readonly name: keyof Assumptions
  readonly description: string
  /** Converts a value to the assumption's unit. */
  readonly unit: number
  readonly range: Range
}

const POSITIVE: Range = { least: 0.001, most: 1e6, isWhole: false }

/** All assumptions. */
export const ASSUMPTION_FLAGS: readonly AssumptionFlag[] = [
  assumption('utilisation', 'utilisation', 'of everything at most, in %', 0.01, {
    ...POSITIVE,
    least: 1,
    most: 100,
  }),
  assumption('redis-memory', 'redisMemoryBytes', 'of a Redis node, in GB', 1e9, POSITIVE),
  assumption('nats-cores', 'natsCores', 'of a NATS server', 1, { ...COUNT, most: 1_024 }),
  assumption('process-memory', 'processMemoryBytes', 'for replicas, in GB', 1e9, POSITIVE),
  assumption(
    'network',
    'networkBytes',
    'of a machine in each direction, in Gbit/s',
    1e9 / 8,
    POSITIVE,
  ),
]

function assumption(
  text: string,
  name: keyof Assumptions,
  what: string,
  unit: number,
  range: Range,
): AssumptionFlag {
  const standard = Number((DEFAULT_ASSUMPTIONS[name] / unit).toPrecision(6))
  return { flag: `--${text}`, name, description: `${what} (default: ${standard})`, unit, range }
}

/** @throws InputError */
export function assumptionsFrom(flags: Readonly<Record<string, string | undefined>>): Assumptions {
  const given = ASSUMPTION_FLAGS.flatMap(({ flag: text, name, unit, range }) => {
    const value = flags[text.slice(2)]
    return value === undefined ? [] : [[name, numberFrom(text, value, range) * unit]]
  })
  return { ...DEFAULT_ASSUMPTIONS, ...Object.fromEntries(given) }
}

/** Digits, with an optional fraction and exponent: `250`, `0.5`, `1e7`, `2.5e4`. */
const NUMBER = /^\d+(?:\.\d+)?(?:e\+?\d{1,2})?$/i

function numberFrom(text: string, given: string, { least, most, isWhole }: Range): number {
  const value = NUMBER.test(given.trim()) ? Number(given) : Number.NaN
  if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value
  const kind = isWhole ? 'a whole number' : 'a number'
  throw new InputError(`${text}: "${given}" must be ${kind} from ${least} to ${most}, such as 1e3.`)
}
