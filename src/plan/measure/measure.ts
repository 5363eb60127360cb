import { medianOf } from '../../stats/quantile.ts'
import { needOf } from '../cost-model.ts'
import { CPU_RESOURCES, isCpu, type Reference } from '../reference.ts'
import { RESOURCE_NAMES, RESOURCES, type Resource, type Term } from '../terms.ts'
import type { Coefficients } from '../cost-model.ts'
import { experimentsOf, mixedLoadsOf } from './experiments.ts'
import { inRounds } from './rounds.ts'
import { Rig, type Measurement } from './rig.ts'
import { solveNonNegative } from './solve.ts'

const GATEWAYS = 4
const MAIN = { identities: 40_000, groups: 20, metadataBytes: 100, gateways: GATEWAYS }
const WIDE = { identities: 5_000, groups: 5, metadataBytes: 1_000, gateways: 2 }

/** The versions and machine of the measurement. */
export interface MeasuredCoefficients {
  readonly redisVersion: string
  readonly natsVersion: string
  readonly reference: Reference
  readonly coefficients: Coefficients
}

/**
 * Measures the coefficients of the cost model on its own servers and processes, in a minute or two: alternates the
 * experiments, takes the median of each figure, and fits the model to all of them.
 * @throws EnvironmentError if servers can't be started here.
 */
export async function measureCoefficients(
  onProgress: (message: string) => void,
): Promise<MeasuredCoefficients> {
  const rig = await Rig.start({ readers: 2, gateways: GATEWAYS })
  try {
    onProgress(`Registering ${MAIN.identities + WIDE.identities} identities.`)
    const main = await rig.populate(MAIN)
    const wide = await rig.populate(WIDE)
    const experiments = experimentsOf(main.population, wide.population)
    const mixed = mixedLoadsOf(main.population, wide.population)
    const rounds = await inRounds(onProgress, async () => {
      const references = [await rig.reference()]
      const measurements: Measurement[] = []
      for (const load of [...mixed, ...experiments]) measurements.push(await rig.run(load))
      measurements.push(await rig.load(main.population), await rig.load(wide.population))
      references.push(await rig.reference())
      return { measurements, references }
    })
    const medians = mediansOf(rounds.map(({ measurements }) => measurements))
    const alone = fit([...medians.slice(mixed.length), main.measurement, wide.measurement])
    const { redisVersion, natsVersion } = rig.servers
    return {
      redisVersion,
      natsVersion,
      reference: medianReference(rounds.flatMap(({ references }) => references)),
      coefficients: asMixed(alone, medians.slice(0, mixed.length)),
    }
  } finally {
    await rig.stop()
  }
}

/** Coefficients of separately measured parts, with CPU times scaled up to those of mixed loads. */
function asMixed(alone: Coefficients, mixed: readonly Measurement[]): Coefficients {
  return Object.fromEntries(
    RESOURCE_NAMES.map((resource) => {
      if (!isCpu(resource)) return [resource, alone[resource]]
      const factor = medianOf(
        mixed.map(({ measured, amounts }) => {
          return (measured[resource] ?? 0) / needOf(alone, resource, amounts)
        }),
      )
      const entries = Object.entries(alone[resource]).map(([term, value]) => [term, value * factor])
      return [resource, Object.fromEntries(entries)]
    }),
  ) as Coefficients
}

/** The coefficients that fit the measurements best. */
export function fit(measurements: readonly Measurement[]): Coefficients {
  return Object.fromEntries(
    RESOURCE_NAMES.map((resource) => [resource, fitResource(resource, measurements)]),
  ) as Coefficients
}

function fitResource(
  resource: Resource,
  measurements: readonly Measurement[],
): Readonly<Partial<Record<Term, number>>> {
  const terms: readonly Term[] = RESOURCES[resource]
  const equations = measurements.flatMap(({ amounts, measured }) => {
    const value = measured[resource]
    // A measurement without any cost carries no information about the resource.
    const isOfResource = terms.some((term) => (amounts[term] ?? 0) > 0)
    if (value === undefined || !(value > 0) || !isOfResource) return []
    return [{ amounts: terms.map((term) => amounts[term] ?? 0), measured: value }]
  })
  const solution = solveNonNegative(equations)
  return Object.fromEntries(terms.map((term, at) => [term, solution[at] ?? 0]))
}

/** The medians of one measurement over all rounds, per figure. */
export function mediansOf(rounds: readonly (readonly Measurement[])[]): readonly Measurement[] {
  const [first = []] = rounds
  return first.map(({ name }, at) => {
    const all = rounds.flatMap((round) => round[at] ?? [])
    return {
      name,
      amounts: mediansByName(all.map(({ amounts }) => amounts)),
      measured: mediansByName(all.map(({ measured }) => measured)),
    }
  })
}

/** The median of each figure separately. */
export function medianReference(references: readonly Reference[]): Reference {
  const medians = CPU_RESOURCES.map((resource) => [
    resource,
    medianOf(references.map((reference) => reference[resource])),
  ])
  return Object.fromEntries(medians) as Reference
}

function mediansByName(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const names = new Set(all.flatMap((figures) => Object.keys(figures)))
  return Object.fromEntries(
    [...names].map((name) => [name, medianOf(all.flatMap((figures) => figures[name] ?? []))]),
  )
}
