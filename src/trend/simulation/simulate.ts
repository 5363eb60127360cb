import { medianOf } from '../../stats/quantile.ts'
import type { Change } from '../decision/changes.ts'
import { METRICS } from '../decision/metrics.ts'
import { seriesOf } from '../decision/series.ts'
import { simulatedRuns, type Noise, type Step } from './simulated-runs.ts'

/** Flat series that are looked at after each of this many runs. */
export const RUNS = 200
/** Series on a page. */
export const PAGE = 24
/** Runs before a step. */
export const BEFORE = 50
/** Runs from a step on. */
export const AFTER = 60
/** A change is located rightly if it is at most so many runs from the step. */
export const NEAR = 3

/** How flat series came out. */
export interface FlatFigures {
  readonly series: number
  /** Of them, those that alarmed at any of the looks. */
  readonly alarmed: number
  /** Pages of 24 series with an alarm at any look; a rest that fills no page is left out. */
  readonly pages: number
  readonly pagesAlarmed: number
}

/** How series with a step came out. */
export interface StepFigures {
  readonly series: number
  /** Of them, those whose step was reported, in its direction, within `AFTER` runs. */
  readonly found: number
  /** Runs from the step to the one that reports it, both counted; `null` if not half were found. */
  readonly medianDelay: number | null
  /** Of those found, how many were located at most `NEAR` runs from the step. */
  readonly near: number
}

/** Looks at flat series after every run, by what `npm run trend` does. */
export function simulateFlat(noise: Noise, series: number, seed: number): FlatFigures {
  const alarms = Array.from({ length: series }, (_, k) => {
    const rows = simulatedRuns(RUNS, noise, { at: RUNS, relative: 0 }, seed, k)
    return changesOf(rows).length > 0
  })
  const pages = Math.floor(series / PAGE)
  const pagesAlarmed = Array.from({ length: pages }, (_, k) =>
    alarms.slice(k * PAGE, (k + 1) * PAGE).includes(true),
  )
  return {
    series,
    alarmed: alarms.filter(Boolean).length,
    pages,
    pagesAlarmed: pagesAlarmed.filter(Boolean).length,
  }
}

/** Series that get slower after 50 runs, or faster. */
export function simulateSteps(
  noise: Noise,
  relative: number,
  series: number,
  seed: number,
): StepFigures {
  const step: Step = { at: BEFORE, relative }
  const found = Array.from({ length: series }, (_, k) => {
    const changes = changesOf(simulatedRuns(BEFORE + AFTER, noise, step, seed, k))
    return changes.find(
      ({ confirmedBy, isWorse }) => confirmedBy >= BEFORE && isWorse === relative > 0,
    )
  })
  const delays = found.map((change) => (change?.confirmedBy ?? Infinity) - BEFORE + 1)
  const median = medianOf(delays)
  const isNear = (change: Change | undefined): boolean =>
    change !== undefined && Math.abs(change.index - BEFORE) <= NEAR
  return {
    series,
    found: found.filter((change) => change !== undefined).length,
    medianDelay: Number.isFinite(median) ? median : null,
    near: found.filter(isNear).length,
  }
}

/** State follows from the rows in order, so all rows at once show the alarms of every look. */
function changesOf(rows: ReturnType<typeof simulatedRuns>): readonly Change[] {
  const metrics = METRICS.slice(0, 1)
  return seriesOf(rows, { metrics, isByReference: true }).flatMap(({ changes }) => changes ?? [])
}
