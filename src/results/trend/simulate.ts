import { randomStream } from '../../load/arrivals/random-stream.ts'
import { findChangePoints } from '../statistics/change-points.ts'

/** What is simulated: series of 100 values around 1, and the same with a step in the middle. */
export interface Simulation {
  readonly seriesCount: number
  /** Standard deviation of a value, relative to its mean. */
  readonly noise: number
  /** Relative to the mean before it. */
  readonly step: number
  readonly seed: number
}

/** Shares of the series, 0 to 1. */
export interface SimulationFigures {
  /** Flat series that have a change point all the same. */
  readonly falseAlarms: number
  /** Flat series that had one at any of the looks after their 6th, 7th … 100th value. */
  readonly falseAlarmsEver: number
  /** Series with a step, complete, that have a change point at most 7 values from it. */
  readonly foundWithin7: number
  /** Series that end 7 values after the step and have such a change point already. */
  readonly foundAfter7: number
}

const LENGTH = 100
const STEP_AT = LENGTH / 2
/** How far a change point may be from the step, and how many values after it may be waited for it. */
export const WITHIN = 7

/** Tries the search for change points on normally distributed noise. The same seed gives the same figures. */
export function simulateTrends(simulation: Simulation): SimulationFigures {
  const { seriesCount, step } = simulation
  const flat = Array.from({ length: seriesCount }, (_, k) => noiseOf(simulation, k))
  const stepped = flat.map((values) =>
    values.map((value, at) => (at < STEP_AT ? value : value * (1 + step))),
  )
  const share = (isSo: (values: readonly number[]) => boolean, of: readonly number[][]): number =>
    of.filter(isSo).length / seriesCount
  return {
    falseAlarms: share((values) => findChangePoints(values).length > 0, flat),
    falseAlarmsEver: share(hasEverAlarmed, flat),
    foundWithin7: share(isFound, stepped),
    foundAfter7: share((values) => isFound(values.slice(0, STEP_AT + WITHIN)), stepped),
  }
}

function isFound(values: readonly number[]): boolean {
  return findChangePoints(values).some(({ index }) => Math.abs(index - STEP_AT) <= WITHIN)
}

function hasEverAlarmed(values: readonly number[]): boolean {
  return values.some((_, last) => findChangePoints(values.slice(0, last + 1)).length > 0)
}

/** Independent normal values, by Box and Muller (1958). */
function noiseOf({ noise, seed }: Simulation, series: number): number[] {
  const draw = randomStream(seed, series)
  return Array.from({ length: LENGTH }, () => {
    const radius = Math.sqrt(-2 * Math.log(draw()))
    return 1 + noise * radius * Math.cos(2 * Math.PI * draw())
  })
}
