import { medianOf } from '../../stats/quantile.ts'
import type { CoefficientsFile } from '../coefficients.ts'
import { needOf, type Coefficients } from '../cost-model.ts'
import type { Population } from '../measure/population.ts'
import { medianReference } from '../measure/measure.ts'
import { inRounds } from '../measure/rounds.ts'
import { Rig, type Measurement } from '../measure/rig.ts'
import { isCpu, slowdownOf } from '../reference.ts'
import { RESOURCE_NAMES, type Resource } from '../terms.ts'
import { SIZES, TOLERANCE, type Size } from './sizes.ts'

/** The result of a comparison: `scattered` if some rounds are within the tolerance but their median isn't. */
export type Judgement = 'within' | 'outside' | 'scattered'

/** A resource at one size: predicted and measured. */
export interface CheckedFigure {
  readonly size: string
  readonly resource: Resource
  /** Medians over the rounds, in the resource's unit. */
  readonly predicted: number
  readonly measured: number
  /** Predicted / measured: median, minimum and maximum of the rounds. */
  readonly ratio: number
  readonly range: readonly [number, number]
  readonly judgement: Judgement
}

/** One measurement of one size. */
export interface CheckRound {
  /** The cost of bare requests relative to that when the coefficients were measured. */
  readonly slowdown: number
  readonly measurement: Measurement
}

/** All figures of all sizes. */
export interface Check {
  readonly figures: readonly CheckedFigure[]
  /** The factor on predictions of CPU time: the median of the rounds. */
  readonly slowdown: number
}

/**
 * Measures everything at once at three sizes, and compares it with the model's predictions. CPU
 * times are predicted for this machine in its current state, by the cost of the same bare requests.
 * @throws EnvironmentError if servers can't be started here.
 */
export async function checkModel(
  { coefficients, reference: then }: Pick<CoefficientsFile, 'coefficients' | 'reference'>,
  onProgress: (message: string) => void,
): Promise<Check> {
  const rig = await Rig.start({ readers: READERS, gateways: mostGateways(SIZES) })
  try {
    onProgress('Registering identities of three sizes.')
    const populations: Population[] = []
    const memory: Measurement[][] = []
    for (const size of SIZES) {
      const { population, measurement } = await rig.populate(size.population)
      populations.push(population)
      // The first one also measures leftovers of the process's start.
      await rig.load(population)
      memory.push([measurement, await rig.load(population)])
    }
    const rounds = await inRounds(onProgress, async () => {
      const before = await rig.reference()
      const measurements: Measurement[] = []
      for (const [at, { name, phases }] of SIZES.entries()) {
        const population = populations[at]
        if (population === undefined) continue
        measurements.push(await rig.run({ name, population, phases, times: 1 }))
      }
      const slowdown = slowdownOf(medianReference([before, await rig.reference()]), then)
      return { slowdown, measurements }
    })
    const figures = SIZES.flatMap(({ name }, at) => {
      const loads = rounds.flatMap(({ slowdown, measurements }) => {
        const measurement = measurements[at]
        return measurement === undefined ? [] : [{ slowdown, measurement }]
      })
      const [redis = [], replica = []] = (memory[at] ?? []).map((measurement) => [
        { slowdown: 1, measurement },
      ])
      return RESOURCE_NAMES.map((resource) => {
        if (resource === 'redis.memoryBytes') return compare(name, resource, redis, coefficients)
        const all = resource === 'reader.memoryBytes' ? replica : loads
        return compare(name, resource, all, coefficients)
      })
    })
    return { figures, slowdown: medianOf(rounds.map(({ slowdown }) => slowdown)) }
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
  rounds: readonly CheckRound[],
  coefficients: Coefficients,
): CheckedFigure {
  const pairs = rounds.map(({ slowdown, measurement: { amounts, measured } }) => ({
    predicted: needOf(coefficients, resource, amounts) * (isCpu(resource) ? slowdown : 1),
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
