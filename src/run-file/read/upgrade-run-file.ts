import { columnsFromRows } from './columns-from-rows.ts'

/** The oldest schema version that is still read. */
export const OLDEST_SCHEMA_VERSION = 1

/** Unchecked content of a file that states its version. */
interface Versioned {
  readonly schemaVersion: unknown
  readonly [field: string]: unknown
}

/**
 * Converts a run file of an older schema to the present one: values that were not recorded then are `null`.
 * Returns anything else unchanged, to be refused by the schema.
 */
export function upgradeRunFile(data: Versioned): Versioned {
  switch (data.schemaVersion) {
    case 1:
      return upgradeRunFile(fromVersion1(data))
    case 2:
      return upgradeRunFile(fromVersion2(data))
    case 3:
      return upgradeRunFile(fromVersion3(data))
    case 4:
      return upgradeRunFile(fromVersion4(data))
    case 5:
      return upgradeRunFile(fromVersion5(data))
    case 6:
      return upgradeRunFile(fromVersion6(data))
    case 7:
      return fromVersion7(data)
    default:
      return data
  }
}

/** Version 2 brought the hashes of configuration and workload, and the reference workload. */
function fromVersion1(data: Versioned): Versioned {
  const { backends, scenarios } = data
  return {
    reference: null,
    ...data,
    schemaVersion: 2,
    backends:
      isObject(backends) && backends['kind'] !== 'memory'
        ? { configurationHash: null, ...backends }
        : backends,
    scenarios: Array.isArray(scenarios)
      ? scenarios.map((scenario: unknown) =>
          isObject(scenario) && scenario['state'] === 'measured'
            ? { workloadHash: null, ...scenario }
            : scenario,
        )
      : scenarios,
  }
}

/**
 * Version 3 brought requests that were not started, pauses of the generator and the receivers, times
 * without them, default bounds, and how long each probe of a capacity search was to be measured.
 */
function fromVersion2(data: Versioned): Versioned {
  return {
    ...data,
    schemaVersion: 3,
    capacities: each(data['capacities'], (capacity) => ({
      ...capacity,
      probes: each(capacity['probes'], (probe) => ({
        durationMs: capacity['durationMs'],
        ...probe,
      })),
    })),
    scenarios: each(data['scenarios'], (scenario) => ({
      ...scenario,
      ...('result' in scenario ? { result: resultFromVersion2(scenario['result']) } : {}),
      ...('slo' in scenario ? { slo: each(scenario['slo'], withoutDefault) } : {}),
      ...('bounds' in scenario ? { bounds: each(scenario['bounds'], withoutDefault) } : {}),
    })),
  }
}

function resultFromVersion2(result: unknown): unknown {
  if (!isObject(result)) return result
  const { health, verdictThresholds, operations, windowedSlo } = result
  return {
    ...result,
    health: isObject(health) ? { ...health, pauses: { count: 0, totalMs: 0, maxMs: 0 } } : health,
    verdictThresholds: isObject(verdictThresholds)
      ? { ...verdictThresholds, receiverPauseMs: { degraded: 250 } }
      : verdictThresholds,
    operations: each(operations, ({ counts, deliveries, ...operation }) => ({
      ...operation,
      counts: isObject(counts) ? { ...counts, notStarted: 0 } : counts,
      lostByPause: 0,
      undisturbed: operation['service'],
      deliveries: isObject(deliveries)
        ? {
            ...deliveries,
            kind: 'counted',
            incomplete: incompleteInVersion2(counts, deliveries),
            missingByPause: 0,
            undisturbedCompletion: deliveries['completion'],
            receivers: null,
          }
        : deliveries,
    })),
    windowedSlo: each(windowedSlo, withoutDefault),
  }
}

/** Version 4 brought how long the generator waited for a core. */
function fromVersion3(data: Versioned): Versioned {
  return {
    ...data,
    schemaVersion: 4,
    scenarios: withHealth(data['scenarios'], { coreWaitMs: null }),
  }
}

/**
 * Version 5 brought loads of users; dispatch by a clock thread; requests that ran on after they had been given
 * up; checks, tags and metrics of the requests; and thresholds of the verdict that are relative to what was
 * measured: a run from before is judged without them.
 */
function fromVersion4(data: Versioned): Versioned {
  const scenarios = withHealth(data['scenarios'], { ranOn: { most: 0, atEnd: 0 } })
  return {
    ...data,
    schemaVersion: 5,
    scenarios: each(scenarios, ({ result, ...scenario }) =>
      result === undefined ? scenario : { ...scenario, result: resultFromVersion4(result) },
    ),
  }
}

function resultFromVersion4(result: unknown): unknown {
  if (!isObject(result)) return result
  const { verdictThresholds, operations } = result
  return {
    model: { kind: 'open' },
    metrics: [],
    undeclaredTags: { count: 0, sample: '' },
    ...result,
    operations: each(operations, (operation) => ({ checks: [], tags: [], ...operation })),
    verdictThresholds: isObject(verdictThresholds)
      ? {
          medianLateness: { degraded: null },
          tailLateness: { degraded: 0 },
          pauseRatio: { degraded: 0 },
          ...verdictThresholds,
        }
      : verdictThresholds,
  }
}

/**
 * Version 6 brought systems other than Redis and NATS, and the word shard for a part of a load.
 */
function fromVersion5({ backends, reference, generators, ...data }: Versioned): Versioned {
  return {
    ...data,
    schemaVersion: 6,
    system: systemFromVersion5(backends),
    reference: referenceFromVersion5(reference),
    generators: generatorsFromVersion5(generators),
  }
}

/**
 * Version 7 brought the seconds of a load as columns, with more figures and a histogram each, and the times of the
 * generator's longest pauses.
 */
function fromVersion6(data: Versioned): Versioned {
  const scenarios = withHealth(data['scenarios'], { longestPauses: [] })
  return {
    ...data,
    schemaVersion: 7,
    scenarios: each(scenarios, ({ result, ...scenario }) => {
      if (result === undefined) return withColumns(scenario, null)
      if (!isObject(result)) return { ...scenario, result }
      return { ...scenario, result: withColumns(result, Date.parse(String(result['startedAt']))) }
    }),
  }
}

const UNKNOWN_UNAVAILABILITY = { unavailableMs: null, unavailableAtLeastMs: null }

/** Version 8 brought faults, losses and the longest stretch without a success. */
function fromVersion7(data: Versioned): Versioned {
  return {
    ...data,
    schemaVersion: 8,
    scenarios: each(data['scenarios'], ({ result, ...scenario }) => {
      if (result === undefined) return scenario
      if (!isObject(result)) return { ...scenario, result }
      const operations = each(result['operations'], (operation) => ({
        losses: null,
        ...UNKNOWN_UNAVAILABILITY,
        ...operation,
      }))
      return {
        ...scenario,
        result: { faults: [], ...UNKNOWN_UNAVAILABILITY, ...result, operations },
      }
    }),
  }
}

/** Leaves seconds unchanged that are not valid, to be refused by the schema. */
function withColumns(of: Fields, startedAtMs: number | null): Fields {
  const { intervals } = of
  return intervals === undefined
    ? of
    : { ...of, intervals: columnsFromRows(intervals, startedAtMs) ?? intervals }
}

function systemFromVersion5(backends: unknown): unknown {
  if (!isObject(backends) || backends['kind'] === 'memory') return backends
  const { kind, redisAddress, natsAddresses, redisVersion, natsVersion, ...others } = backends
  const servers = [
    { name: 'Redis', version: redisVersion, addresses: [redisAddress] },
    { name: 'NATS', version: natsVersion, addresses: natsAddresses },
  ]
  return { kind, servers, ...others }
}

function referenceFromVersion5(reference: unknown): unknown {
  if (!isObject(reference)) return reference
  const { redisP50Ms, natsP50Ms, redisSpread, natsSpread, ...others } = reference
  const parts = [
    { name: 'Redis', p50Ms: redisP50Ms, spread: redisSpread },
    { name: 'NATS', p50Ms: natsP50Ms, spread: natsSpread },
  ]
  return { ...others, parts }
}

function generatorsFromVersion5(generators: unknown): unknown {
  if (!isObject(generators)) return generators
  const { kind, share, shares, ...others } = generators
  switch (kind) {
    case 'share':
      return { ...others, kind: 'shard', shard: share }
    case 'merged':
      return { ...others, kind, shards: shares }
    default:
      return generators
  }
}

/** Adds figures to the generator's health of each scenario. */
function withHealth(scenarios: unknown, figures: Fields): unknown {
  return each(scenarios, ({ result, ...scenario }) => {
    if (!isObject(result)) return result === undefined ? scenario : { ...scenario, result }
    const { health } = result
    return {
      ...scenario,
      result: { ...result, health: isObject(health) ? { ...health, ...figures } : health },
    }
  })
}

/** Before version 3, completions held only complete messages. */
function incompleteInVersion2(counts: unknown, { missing, completion }: Fields): unknown {
  const figures = isObject(completion) ? completion['figures'] : null
  const complete = isObject(figures) ? Number(figures['count']) : Number.NaN
  const ok = isObject(counts) ? Number(counts['ok']) : Number.NaN
  const incomplete = Math.max(ok - complete, Number(missing) > 0 ? 1 : 0)
  return Math.min(Number(missing), incomplete)
}

function withoutDefault(bound: Fields): unknown {
  return { ...bound, isDefault: false }
}

type Fields = Readonly<Record<string, unknown>>

/** Leaves unexpected values unchanged, to be refused by the schema. */
function each(list: unknown, change: (item: Fields) => unknown): unknown {
  if (!Array.isArray(list)) return list
  return list.map((item: unknown) => (isObject(item) ? change(item) : item))
}

function isObject(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null
}
