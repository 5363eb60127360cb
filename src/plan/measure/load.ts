import type { Amounts, Term } from '../terms.ts'
import { gatewaysOf, metadataOf, sizeOf, type Population } from './population.ts'
import type { Work } from './work.ts'

/** Simultaneous work of the writer and of each reader; each does its own parts in order. */
export interface Phase {
  readonly writer?: readonly Work[]
  readonly readers?: readonly Work[]
}

/** Consecutive phases of work in a population, repeated. */
export interface Load {
  readonly name: string
  readonly population: Population
  readonly phases: readonly Phase[]
  readonly times: number
  /** The processes whose CPU time counts. The others mostly wait, and only pay for being woken. Default: all. */
  readonly cpuOf?: readonly Worker[]
}

/** The servers, and the kinds of processes. */
export type Worker = 'redis' | 'nats' | 'writer' | 'reader' | 'gateway'

/**
 * A load in terms of the model, assuming that no two calls of a process share a read.
 * @param readers the number of reading processes; each follows all changes if it reads at all.
 */
export function amountsOf({ population, phases, times }: Load, readers: number): Amounts {
  const isFollowed = phases.some((phase) => phase.readers !== undefined)
  const named = namesIn(phases)
  const all = phases.flatMap(({ writer = [], readers: reading = [] }) => [
    ...writer.map((work) => changesOf(population, work, isFollowed ? readers : 0)),
    ...reading.map((work) => scaled(readingOf(population, work), readers)),
  ])
  // Each reader sends to every group, so it names all of them, in a message to each gateway for each group.
  if (named > 0) {
    const messages = population.groups * population.gateways.length
    all.push({ named: named * readers, gatewayMessages: messages * readers })
  }
  return scaled(sumOf(all), times)
}

/** Bytes of a registration's metadata. */
export function metadataBytesOf(population: Population): number {
  return JSON.stringify(metadataOf(population, 0)).length
}

/** Members of groups that are re-registered. */
function namesIn(phases: readonly Phase[]): number {
  const works = phases.flatMap(({ writer = [] }) => writer)
  return works.reduce(
    (sum, work) => sum + (work.kind === 'unregister' && work.of === 'members' ? work.count : 0),
    0,
  )
}

function changesOf(population: Population, { kind, count }: Work, followers: number): Amounts {
  const bytes = count * metadataBytesOf(population)
  const registering = {
    registrations: count,
    registeredBytes: bytes,
    followedRegistrations: count * followers,
    followedBytes: bytes * followers,
  }
  switch (kind) {
    case 'register':
      return { ...registering, followed: count * followers }
    case 'heartbeat':
      return { heartbeats: count, followed: count * followers }
    case 'unregister':
      return { ...registering, unregistrations: count, followed: 2 * count * followers }
    case 'enumerate':
    case 'multicast':
      throw new TypeError(`${kind} is not a writer's`)
  }
}

function readingOf(population: Population, work: Work): Amounts {
  const { count } = work
  switch (work.kind) {
    case 'enumerate':
      return { reads: count, matches: count * sizeOf(population, work.audience) }
    case 'multicast': {
      const messages = count * gatewaysOf(population, work.audience)
      return {
        reads: count,
        multicasts: count,
        gatewayMessages: messages,
        gatewayBytes: messages * work.payloadBytes,
        targets: count * sizeOf(population, work.audience),
      }
    }
    default:
      throw new TypeError(`${work.kind} is not a reader's`)
  }
}

function sumOf(all: readonly Amounts[]): Amounts {
  const sum: Partial<Record<Term, number>> = {}
  for (const amounts of all) {
    for (const [term, amount] of Object.entries(amounts) as [Term, number][]) {
      sum[term] = (sum[term] ?? 0) + amount
    }
  }
  return sum
}

function scaled(amounts: Amounts, factor: number): Amounts {
  return Object.fromEntries(
    Object.entries(amounts).map(([term, amount]) => [term, amount * factor]),
  )
}
