import { medianOf } from '../../core-bench/statistics.ts'
import { needOf, type Coefficients } from '../cost-model.ts'
import type { Population } from '../measure/population.ts'
import { inRounds } from '../measure/rounds.ts'
import { Rig, type Measurement } from '../measure/rig.ts'
import { RESOURCE_NAMES, type Resource } from '../terms.ts'
import { SIZES, type Size } from './sizes.ts'

/** How far from the measurement a prediction may be, of 1. */
export const TOLERANCE = 0.3

/** What a comparison says: `scattered` if some rounds are within the tolerance and their median isn't. */
export type Judgement = 'within' | 'outside' | 'scattered'

/** What the model predicts of a resource at one size, beside what was measured. */
export interface CheckedFigure {
  readonly size: string
  readonly resource: Resource
  /** Medians over the rounds, in the resource's unit. */
  readonly predicted: number
  readonly measured: number
  /** Predicted by measured: the median, the least and the most of the rounds. */
  readonly ratio: number
  readonly range: readonly [number, number]
  readonly judgement: Judgement
}

/**
 * Measures everything at once at three sizes, and compares it with what the model predicts of it.
 * @throws EnvironmentError if servers can't be started here.
 */
export async function checkModel(
  coefficients: Coefficients,
  onProgress: (message: string) => void,
): Promise<readonly CheckedFigure[]> {
  const rig = await Rig.start({ readers: READERS, gateways: mostGateways(SIZES) })
  try {
    onProgress('Registering identities of three sizes.')
    const populations: Population[] = []
    const memory: Measurement[][] = []
    for (const size of SIZES) {
      const { population, measurement } = await rig.populate(size.population)
      populations.push(population)
      memory.push([measurement, await rig.load(population)])
    }
    const rounds = await inRounds(onProgress, async () => {
      const measurements: Measurement[] = []
      for (const [at, { name, phases }] of SIZES.entries()) {
        const population = populations[at]
        if (population === undefined) continue
        measurements.push(await rig.run({ name, population, phases, times: 1 }))
      }
      return measurements
    })
    return SIZES.flatMap(({ name }, at) =>
      RESOURCE_NAMES.map((resource) => {
        const loads = rounds.flatMap((round) => round[at] ?? [])
        const [redis = [], replica = []] = (memory[at] ?? []).map((measurement) => [measurement])
        if (resource === 'redis.memoryBytes') return compare(name, resource, redis, coefficients)
        const measurements = resource === 'reader.memoryBytes' ? replica : loads
        return compare(name, resource, measurements, coefficients)
      }),
    )
  } finally {
    await rig.stop()
  }
}

const READERS = 2

function mostGateways(sizes: readonly Size[]): number {
  return Math.max(...sizes.map(({ population }) => population.gateways))
}

/** Compares the rounds of one figure. */
export function compare(
  size: string,
  resource: Resource,
  rounds: readonly Measurement[],
  coefficients: Coefficients,
): CheckedFigure {
  const pairs = rounds.map(({ amounts, measured }) => ({
    predicted: needOf(coefficients, resource, amounts),
    measured: measured[resource] ?? Number.NaN,
  }))
  const ratios = pairs.map(({ predicted, measured }) => predicted / measured)
  const ratio = medianOf(ratios)
  const someAreWithin = ratios.some(isWithin)
  return {
    size,
    resource,
    predicted: medianOf(pairs.map(({ predicted }) => predicted)),
    measured: medianOf(pairs.map(({ measured }) => measured)),
    ratio,
    range: [Math.min(...ratios), Math.max(...ratios)],
    judgement: isWithin(ratio) ? 'within' : someAreWithin ? 'scattered' : 'outside',
  }
}

function isWithin(ratio: number): boolean {
  return Math.abs(ratio - 1) <= TOLERANCE
}
