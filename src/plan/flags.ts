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

const MAX = 1e12
const COUNT: Range = { least: 1, most: MAX, isWhole: true }
const COUNT_OR_NONE: Range = { least: 0, most: MAX, isWhole: true }
const RATE: Range = { least: 0, most: MAX, isWhole: false }

/** All figures of the demand. */
export const DEMAND_FLAGS: readonly DemandFlag[] = [
  flag('identities', 'identities registered at the same time', COUNT),
  flag('namespaces', 'namespaces to spread the identities over', {
    ...COUNT,
    most: MAX_NAMESPACES,
  }),
  flag('heartbeats', 'heartbeats per second', RATE),
  flag('registrations', 'registrations per second', RATE),
  flag('unregistrations', 'unregistrations per second', RATE),
  flag('enumerates', 'enumerates per second', RATE),
  flag('matches', 'registrations returned per enumerate', COUNT_OR_NONE),
  flag('multicasts', 'multicasts per second', RATE),
  flag('targets', 'identities reached per multicast', COUNT_OR_NONE),
  flag('gateways', 'processes that host subscribers', COUNT),
  flag('replicas', 'processes that keep a copy of a namespace', { ...COUNT, most: 65_536 }),
  { ...flag('payloadBytes', 'payload per multicast, in bytes', COUNT_OR_NONE), flag: '--payload' },
  {
    ...flag('metadataBytes', 'metadata per registration, in bytes of JSON', COUNT_OR_NONE),
    flag: '--metadata',
  },
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
  assumption('utilisation', 'utilisation', 'maximum utilisation of any resource, in %', 0.01, {
    ...POSITIVE,
    least: 1,
    most: 100,
  }),
  assumption('redis-memory', 'redisMemoryBytes', 'memory per Redis node, in GB', 1e9, POSITIVE),
  assumption('nats-cores', 'natsCores', 'cores per NATS server', 1, { ...COUNT, most: 1_024 }),
  assumption(
    'process-memory',
    'processMemoryBytes',
    'memory per process for replicas, in GB',
    1e9,
    POSITIVE,
  ),
  assumption(
    'network',
    'networkBytes',
    'bandwidth per machine and direction, in Gbit/s',
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
