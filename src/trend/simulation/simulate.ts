import { medianOf } from '../../stats/quantile.ts'
import type { Change } from '../decision/changes.ts'
import { METRICS } from '../decision/metrics.ts'
import { seriesOf } from '../decision/series.ts'
import { simulatedRuns, type Noise, type Step } from './simulated-runs.ts'

/** The number of runs in a flat series, which is examined after each of them. */
export const RUNS = 200
/** The number of series on a page. */
export const PAGE = 24
/** The number of runs before a step. */
export const BEFORE = 50
/** The number of runs from a step on. */
export const AFTER = 60
/** A change at most this many runs from the step counts as located. */
export const NEAR = 3

/** Results of flat series. */
export interface FlatFigures {
  readonly series: number
  /** The number of series that alarmed at any look. */
  readonly alarmed: number
  /** The number of full pages of 24 series; remaining series are left out. */
  readonly pages: number
  /** The number of pages with an alarm at any look. */
  readonly pagesAlarmed: number
}

/** Results of series with a step. */
export interface StepFigures {
  readonly series: number
  /** The number of series whose step was reported, in its direction, within `AFTER` runs. */
  readonly found: number
  /** Runs from the step to its report, both included; `null` if fewer than half were found. */
  readonly medianDelay: number | null
  /** The number of found steps located at most `NEAR` runs away. */
  readonly near: number
}

/** Examines flat series after every run, as `npm run trend` does. */
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

/** Examines series that get slower, or faster, after 50 runs. */
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

/** Alarms depend on earlier rows only, so one pass over all rows shows the alarms of every look. */
function changesOf(rows: ReturnType<typeof simulatedRuns>): readonly Change[] {
  const metrics = METRICS.slice(0, 1)
  return seriesOf(rows, { metrics, isByReference: true }).flatMap(({ changes }) => changes ?? [])
}
