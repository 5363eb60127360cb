import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryRun } from '../testing/arbitrary-run.ts'
import { intervalsOf, serializeIntervals } from '../json/intervals-json.ts'
import type { LoadResultJson } from '../schema/load-result-schema.ts'
import { runFileSchema, type RunFile } from '../run-file.ts'
import { upgradeRunFile } from './upgrade-run-file.ts'

type Json = Record<string, unknown>

const LATER_THAN_7 = ['faults', 'losses', 'unavailableMs', 'unavailableAtLeastMs', 'topology']
const UNKNOWN_UNAVAILABILITY = { unavailableMs: null, unavailableAtLeastMs: null }

/** A run as version 7 had it. */
function asVersion7(run: RunFile): Json {
  return { ...without(run, LATER_THAN_7), schemaVersion: 7 }
}

/** A run in which nothing happened that version 7 did not record. */
function recordedInVersion7(run: RunFile): RunFile {
  const scenarios = run.scenarios.map((scenario) => {
    if (scenario.state !== 'measured') return scenario
    const operations = scenario.result.operations.map((operation) => ({
      ...operation,
      losses: null,
      ...UNKNOWN_UNAVAILABILITY,
    }))
    return {
      ...scenario,
      result: { ...scenario.result, ...UNKNOWN_UNAVAILABILITY, operations, faults: [] },
    }
  })
  const { system } = run
  if (!('servers' in system)) return { ...run, scenarios }
  const servers = system.servers.map(({ name, version, addresses }) => ({
    name,
    version,
    addresses,
  }))
  return { ...run, scenarios, system: { ...system, servers } }
}

/** A run as version 6 had it: seconds were rows, of fewer figures. */
function asVersion6(run: RunFile): Json {
  const later = ['planned', 'inFlight', 'received', 'errors', 'lateness', 'counts']
  const rows = (of: Pick<LoadResultJson, 'intervals'>): unknown =>
    intervalsOf(of).map((row) => without(row, later))
  const scenarios = run.scenarios.map((scenario) => {
    if (scenario.state === 'lost') return { ...scenario, intervals: rows(scenario) }
    if (scenario.state === 'unmeasured') return scenario
    const { longestPauses: _, ...health } = scenario.result.health
    return {
      ...scenario,
      result: { ...scenario.result, health, intervals: rows(scenario.result) },
    }
  })
  return { ...without({ ...run, scenarios }, LATER_THAN_7), schemaVersion: 6 }
}

/** A run in which nothing happened that version 6 did not record. */
function recordedInVersion6(run: RunFile): RunFile {
  const then = (of: Pick<LoadResultJson, 'intervals'>, startedAtMs: number | null) =>
    serializeIntervals(
      intervalsOf(of).map(({ response, ...row }) => ({
        ...row,
        planned: null,
        inFlight: null,
        received: null,
        errors: [],
        lateness: null,
        response: response && { ...response, counts: [] },
      })),
      startedAtMs,
    )
  const inVersion7 = recordedInVersion7(run)
  const scenarios = inVersion7.scenarios.map((scenario) => {
    if (scenario.state === 'lost') return { ...scenario, intervals: then(scenario, null) }
    if (scenario.state === 'unmeasured') return scenario
    const { result } = scenario
    const health = { ...result.health, longestPauses: [] }
    const intervals = then(result, Date.parse(result.startedAt))
    return { ...scenario, result: { ...result, health, intervals } }
  })
  return { ...inVersion7, scenarios }
}

/** A run as version 5 had it. */
function asVersion5(run: RunFile): Json {
  const { system, reference, generators } = run
  const { system: _, ...others } = asVersion6(run)
  return {
    ...others,
    schemaVersion: 5,
    backends: backendsInVersion5(system),
    reference: referenceInVersion5(reference),
    generators: generatorsInVersion5(generators),
  }
}

function backendsInVersion5(system: RunFile['system']): unknown {
  if (!('servers' in system)) return system
  const { kind, servers, configurationHash } = system
  const [redis, nats] = servers
  return {
    kind,
    redisAddress: redis?.addresses[0],
    natsAddresses: nats?.addresses,
    redisVersion: redis?.version,
    natsVersion: nats?.version,
    configurationHash,
  }
}

function referenceInVersion5(reference: RunFile['reference']): unknown {
  if (reference === null) return null
  const { version, roundTrips, parts } = reference
  const [redis, nats] = parts
  return {
    version,
    roundTrips,
    redisP50Ms: redis?.p50Ms,
    natsP50Ms: nats?.p50Ms,
    redisSpread: redis?.spread,
    natsSpread: nats?.spread,
  }
}

function generatorsInVersion5(generators: RunFile['generators']): unknown {
  switch (generators.kind) {
    case 'one':
      return generators
    case 'shard': {
      const { shard, ...others } = generators
      return { ...others, kind: 'share', share: shard }
    }
    case 'merged': {
      const { shards, ...others } = generators
      return { ...others, shares: shards }
    }
  }
}

/** Runs that measured Redis and NATS, or memory: version 5 knew no other system. */
const arbitraryRegistryRun = arbitraryRun
  .filter(({ system }) =>
    'servers' in system ? system.servers[0]?.name === 'Redis' : system.kind === 'memory',
  )
  .map(recordedInVersion6)

/** A run as version 4 had it. */
function asVersion4(run: RunFile): Json {
  const later = ['ranOn', 'model', 'medianLateness', 'tailLateness', 'pauseRatio']
  const notes = ['metrics', 'undeclaredTags', 'checks', 'tags']
  return { ...without(asVersion5(run), [...later, ...notes]), schemaVersion: 4 }
}

/** A run as version 3 had it. */
function asVersion3(run: RunFile): Json {
  return { ...without(asVersion4(run), ['coreWaitMs']), schemaVersion: 3 }
}

/** A run in version 2 of the schema, without fields that it lacked. */
function asVersion2(run: RunFile): Json {
  const later = ['notStarted', 'lostByPause', 'undisturbed', 'pauses', 'receiverPauseMs']
  const ofDeliveries = ['incomplete', 'missingByPause', 'undisturbedCompletion', 'receivers']
  const notThen = [...later, ...ofDeliveries, 'isDefault']
  const capacities = run.capacities.map(({ probes, ...capacity }) => ({
    ...capacity,
    probes: probes.map((probe) => without(probe, ['durationMs'])),
  }))
  const then = where(
    without(asVersion3(run), notThen),
    (key, value) => key !== 'kind' || value !== 'counted',
  )
  return { ...then, capacities, schemaVersion: 2 }
}

/** A run as version 1 had it. */
function asVersion1(run: RunFile): Json {
  const later = ['reference', 'configurationHash', 'workloadHash']
  return { ...without(asVersion2(run), later), schemaVersion: 1 }
}

function without(data: unknown, keys: readonly string[]): Json {
  return where(data, (key) => !keys.includes(key))
}

function where(data: unknown, isKept: (key: string, value: unknown) => boolean): Json {
  return JSON.parse(
    JSON.stringify(data, (key, value: unknown) => (isKept(key, value) ? value : undefined)),
  )
}

/** A run in which nothing happened that version 4 did not record, judged as it was then. */
function recordedInVersion4(run: RunFile): RunFile {
  const scenarios = run.scenarios.map((scenario) => {
    if (scenario.state !== 'measured') return scenario
    const health = { ...scenario.result.health, ranOn: { most: 0, atEnd: 0 } }
    const model = { kind: 'open' } as const
    const operations = scenario.result.operations.map((operation) => ({
      ...operation,
      checks: [],
      tags: [],
    }))
    const notes = { metrics: [], undeclaredTags: { count: 0, sample: '' } }
    const verdictThresholds = {
      ...scenario.result.verdictThresholds,
      medianLateness: { degraded: null },
      tailLateness: { degraded: 0 },
      pauseRatio: { degraded: 0 },
    }
    return {
      ...scenario,
      result: { ...scenario.result, model, health, operations, ...notes, verdictThresholds },
    }
  })
  return { ...run, scenarios }
}

/** A run in which nothing happened that version 3 did not record. */
function recordedInVersion3(run: RunFile): RunFile {
  const scenarios = recordedInVersion4(run).scenarios.map((scenario) => {
    if (scenario.state !== 'measured') return scenario
    const health = { ...scenario.result.health, coreWaitMs: null }
    return { ...scenario, result: { ...scenario.result, health } }
  })
  return { ...run, scenarios }
}

/** A run in which nothing happened that version 2 did not record. */
function recordedInVersion2(run: RunFile): RunFile {
  const notDefault = <T extends object>(rows: readonly T[]) =>
    rows.map((row) => ({ ...row, isDefault: false }))
  const scenarios = recordedInVersion4(run).scenarios.flatMap((scenario): RunFile['scenarios'] => {
    if (scenario.state === 'lost') return []
    if (scenario.state === 'unmeasured') return [scenario]
    const { result, slo, bounds } = scenario
    const { health, verdictThresholds } = result
    const receiverPauseMs = { degraded: 250 }
    return [
      {
        ...scenario,
        slo: notDefault(slo),
        bounds: notDefault(bounds),
        result: {
          ...result,
          health: {
            ...health,
            pauses: { count: 0, totalMs: 0, maxMs: 0 },
            coreWaitMs: null,
            ranOn: { most: 0, atEnd: 0 },
          },
          verdictThresholds: { ...verdictThresholds, receiverPauseMs },
          windowedSlo: notDefault(result.windowedSlo),
          operations: result.operations.map(({ counts, deliveries, ...operation }) => ({
            ...operation,
            counts: { ...counts, notStarted: 0 },
            lostByPause: 0,
            undisturbed: operation.service,
            deliveries:
              deliveries === null || deliveries.kind === 'unknown'
                ? null
                : {
                    ...deliveries,
                    incomplete: Math.min(
                      deliveries.missing,
                      Math.max(
                        counts.ok - deliveries.completion.figures.count,
                        deliveries.missing > 0 ? 1 : 0,
                      ),
                    ),
                    missingByPause: 0,
                    undisturbedCompletion: deliveries.completion,
                    receivers: null,
                  },
          })),
        },
      },
    ]
  })
  const capacities = run.capacities.map(({ probes, ...capacity }) => ({
    ...capacity,
    probes: probes.map((probe) => ({ ...probe, durationMs: capacity.durationMs })),
  }))
  return { ...run, scenarios, capacities }
}

test('upgrades a file of version 7, which knew no faults', () => {
  fc.assert(
    fc.property(arbitraryRun.map(recordedInVersion7), (run) => {
      expect(runFileSchema.parse(upgradeRunFile({ ...asVersion7(run), schemaVersion: 7 }))).toEqual(
        run,
      )
    }),
    { numRuns: 20 },
  )
})

test('upgrades a file of version 6, whose seconds were rows', () => {
  fc.assert(
    fc.property(arbitraryRun.map(recordedInVersion6), (run) => {
      expect(runFileSchema.parse(upgradeRunFile({ ...asVersion6(run), schemaVersion: 6 }))).toEqual(
        run,
      )
    }),
    { numRuns: 20 },
  )
})

test('upgrades a file of version 5', () => {
  fc.assert(
    fc.property(arbitraryRegistryRun, (run) => {
      expect(runFileSchema.parse(upgradeRunFile({ ...asVersion5(run), schemaVersion: 5 }))).toEqual(
        run,
      )
    }),
    { numRuns: 20 },
  )
})

test('upgrades a file of version 4, judged as it was', () => {
  fc.assert(
    fc.property(arbitraryRegistryRun.map(recordedInVersion4), (run) => {
      expect(runFileSchema.parse(upgradeRunFile({ ...asVersion4(run), schemaVersion: 4 }))).toEqual(
        run,
      )
    }),
    { numRuns: 20 },
  )
})

test('upgrades a file of version 3', () => {
  fc.assert(
    fc.property(arbitraryRegistryRun.map(recordedInVersion3), (run) => {
      expect(runFileSchema.parse(upgradeRunFile({ ...asVersion3(run), schemaVersion: 3 }))).toEqual(
        run,
      )
    }),
    { numRuns: 20 },
  )
})

test('upgrades a file of version 2', () => {
  fc.assert(
    fc.property(arbitraryRegistryRun.map(recordedInVersion2), (run) => {
      expect(runFileSchema.parse(upgradeRunFile({ ...asVersion2(run), schemaVersion: 2 }))).toEqual(
        run,
      )
    }),
    { numRuns: 20 },
  )
})

test('upgrades a file of version 1', () => {
  fc.assert(
    fc.property(arbitraryRegistryRun.map(recordedInVersion2), (run) => {
      const { system } = run
      const data = { ...asVersion1(run), schemaVersion: 1 }
      expect(runFileSchema.parse(upgradeRunFile(data))).toEqual({
        ...run,
        reference: null,
        system: 'servers' in system ? { ...system, configurationHash: null } : system,
        scenarios: run.scenarios.map((scenario) =>
          scenario.state === 'measured' ? { ...scenario, workloadHash: null } : scenario,
        ),
      })
    }),
    { numRuns: 20 },
  )
})

test('leaves a file of the present version as it is', () => {
  fc.assert(
    fc.property(arbitraryRun, (run) => {
      expect(upgradeRunFile(run)).toBe(run)
    }),
    { numRuns: 5 },
  )
})

test.each([1, 2, 3, 4, 5, 6, 7])(
  'leaves nonsense that claims version %d to be refused by the schema',
  (version) => {
    const bad = fc.record({
      schemaVersion: fc.constant(version),
      backends: fc.anything(),
      scenarios: fc.anything(),
    })
    fc.assert(
      fc.property(bad, (data) => {
        expect(runFileSchema.safeParse(upgradeRunFile(data)).success).toBe(false)
      }),
    )
  },
)
