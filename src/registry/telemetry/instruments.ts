import type { Attributes, BatchObservableResult, Meter } from '@opentelemetry/api'
import type { ObservedRegistry } from '../observed.ts'
import { DeferredHistogram } from './deferred-histogram.ts'
import { Sums } from './sums.ts'

/** Upper bounds of buckets of durations, in s: from a fifth of a millisecond, a call's time on one machine, to 10 s. */
const DURATION_BOUNDS = [
  0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10,
]

/** Upper bounds of buckets of numbers of targets. */
const TARGET_BOUNDS = [
  0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 100_000, 1_000_000,
]

/** Reads a registry when metrics are collected. */
export interface Observer {
  readonly attributes: Attributes
  readonly read: () => ObservedRegistry
}

/** The instruments that all registries of a process share. */
export type Instruments = ReturnType<typeof makeInstruments>

const made = new WeakMap<Meter, Instruments>()

/** The instruments of a meter, made once. */
export function instrumentsOf(meter: Meter): Instruments {
  const known = made.get(meter) ?? makeInstruments(meter)
  made.set(meter, known)
  return known
}

function makeInstruments(meter: Meter) {
  const observers = new Set<Observer>()
  /** Counts of registries that are closed: counters never decrease. Bounded, as attributes are. */
  const ended = new Sums()
  const gauge = (name: string, unit: string, description: string) =>
    meter.createObservableGauge(`multicast_registry.${name}`, { unit, description })
  const counter = (name: string, unit: string, description: string) =>
    meter.createObservableCounter(`multicast_registry.${name}`, { unit, description })
  const gauges = {
    identities: gauge('registered_identities', '{identity}', 'Registrations in the local replica'),
    lag: gauge('replica.lag', 's', 'How long the local replica has been behind the log'),
    logLength: gauge('log.length', '{entry}', 'Entries of the log, when it was last checked'),
    backlog: gauge('backlog.size', 'By', 'Received messages that handlers are not done with'),
    connections: gauge('connections', '{connection}', 'Connections to servers, by state'),
  }
  const counters = {
    reloads: counter('replica.reloads', '{reload}', 'Loads of a namespace, after the first'),
    expirations: counter('ttl_expirations', '{registration}', 'Expiries in the local replica'),
    warnings: counter('warnings', '{warning}', 'Warnings about input from outside, by code'),
  }

  const count = ({ attributes, read }: Observer, sums: Sums): void => {
    const { store, warnings } = read()
    sums.add(counters.reloads, attributes, store?.reloads)
    sums.add(counters.expirations, attributes, store?.expirations)
    for (const [code, often] of warnings) {
      sums.add(counters.warnings, { ...attributes, 'multicast_registry.warning.code': code }, often)
    }
  }

  const gaugesOf = ({ attributes, read }: Observer, sums: Sums): void => {
    const { store, backlogBytes, ...servers } = read()
    // Replicas of one namespace hold the same registrations.
    sums.atLeast(gauges.identities, attributes, store?.registeredIdentities)
    sums.atLeast(gauges.lag, attributes, store?.replicaLagS)
    sums.atLeast(gauges.logLength, attributes, store?.logLength)
    sums.add(gauges.backlog, attributes, backlogBytes)
    for (const server of ['redis', 'nats'] as const) {
      for (const state of ['up', 'down'] as const) {
        const of = {
          ...attributes,
          'multicast_registry.server': server,
          'multicast_registry.connection.state': state,
        }
        sums.add(gauges.connections, of, servers[server]?.[state])
      }
    }
  }

  const durations = (name: string, description: string) => {
    const advice = { explicitBucketBoundaries: DURATION_BOUNDS }
    return new DeferredHistogram(meter.createHistogram(name, { unit: 's', description, advice }))
  }
  const operations = durations(
    'multicast_registry.operation.duration',
    'Duration of calls of the registry',
  )
  const redisCalls = durations('db.client.operation.duration', 'Duration of calls to Redis')

  const collect = (result: BatchObservableResult): void => {
    operations.flush()
    redisCalls.flush()
    const sums = new Sums()
    sums.addAll(ended)
    for (const observer of observers) {
      gaugesOf(observer, sums)
      count(observer, sums)
    }
    for (const { instrument, attributes, value } of sums.values()) {
      result.observe(instrument, value, attributes)
    }
  }
  meter.addBatchObservableCallback(collect, [...Object.values(gauges), ...Object.values(counters)])
  return {
    observe: (observer: Observer) => void observers.add(observer),
    /** Its counts stay. Its gauges are 0: SDKs repeat the last value of a gauge that is no longer observed. */
    endObserving: (observer: Observer) => {
      if (!observers.delete(observer)) return
      count(observer, ended)
      const last = new Sums()
      gaugesOf(observer, last)
      for (const { instrument, attributes } of last.values()) ended.add(instrument, attributes, 0)
    },
    operations,
    redisCalls,
    targets: meter.createHistogram('multicast_registry.multicast.targets', {
      unit: '{identity}',
      description: 'Targets per multicast',
      advice: { explicitBucketBoundaries: TARGET_BOUNDS },
    }),
    deliveries: meter.createCounter('multicast_registry.deliveries', {
      unit: '{delivery}',
      description: 'Targets of multicasts, by outcome',
    }),
    quotaRefusals: meter.createCounter('multicast_registry.quota.refusals', {
      unit: '{refusal}',
      description: 'Calls that a quota refused',
    }),
  }
}
