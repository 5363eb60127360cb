import { normalScores } from '../../stats/normal-scores.ts'
import { meanOf } from '../../stats/quantile.ts'
import { mostLikelyStep, type Step } from '../../stats/step-evidence.ts'
import { winsorised } from '../../stats/winsorised.ts'

/** A reported change of a series; later runs never alter it. */
export interface Alarm {
  /** The first run after the change. */
  readonly index: number
  /** The run that confirmed it. */
  readonly confirmedBy: number
}

/** The minimum number of runs for which a change has lasted when it is reported. */
export const MIN_AFTER = 8
/** The minimum number of runs before a change. */
const MIN_BEFORE = 8
/** A change that this many runs have not confirmed is never confirmed. */
const MAX_AFTER = 60
/** Shorter series can't show a change. */
export const MIN_RUNS = MIN_BEFORE + MIN_AFTER
/** Older runs are ignored. */
const WINDOW = 200

/**
 * The changes of a series that is examined after every run.
 *
 * Each look covers the runs since the last reported change, up to 200, in two ways: by the normal scores of
 * their values, which depend on their order only, and by the values with outliers winsorised, which reveal
 * large changes sooner. A change is reported once the evidence for a step (see `mostLikelyStep`) exceeds
 * the threshold and the step has lasted eight runs. Later looks begin at that step, so reported changes
 * depend on no later run.
 *
 * With n runs, the threshold is c + 3·ln n: the level of one look falls as n^−1.5, which bounds the level of
 * all looks together. Each c is calibrated by `npm run trend -- --simulate` so that one flat
 * series in 500 ever alarms, up to a lag-1 autocorrelation of 0.6 and with tails as heavy as those of
 * Student's t with 3 degrees of freedom. By Bonferroni, that is 5 % of pages with 24 series, however these
 * depend on each other.
 *
 * @param values in the order of the runs, all finite.
 * @param minRelative smaller changes of the mean, relative to it, are not reported; 0.01 is 1 %.
 */
export function alarmsIn(values: readonly number[], minRelative: number): readonly Alarm[] {
  const alarms: Alarm[] = []
  let begin = 0
  for (let end = MIN_RUNS; end <= values.length; end += 1) {
    const from = Math.max(begin, end - WINDOW)
    const seen = values.slice(from, end)
    const step = certainStep(seen)
    if (step === null) continue
    if (isSmall(seen.slice(0, step.index), seen.slice(step.index), minRelative)) continue
    begin = from + step.index
    alarms.push({ index: begin, confirmedBy: end - 1 })
  }
  return alarms
}

/** The step seen by the view with the most evidence, if any view is certain of one. */
function certainStep(seen: readonly number[]): Step | null {
  const growing = 3 * Math.log(seen.length)
  const views = [
    { values: normalScores(seen), needed: NEEDED_BY_ORDER },
    { values: winsorised(seen, MAX_DEVIATION), needed: NEEDED_BY_SIZE },
  ]
  const lasting = views.flatMap(({ values, needed }) => {
    const step = values === null ? null : mostLikelyStep(values, LIMITS)
    // A step that most likely began later may turn out to be an outlier.
    const hasLasted = step !== null && seen.length - step.index >= MIN_AFTER
    return hasLasted ? [{ step, isCertain: step.evidence > needed + growing }] : []
  })
  if (!lasting.some(({ isCertain }) => isCertain)) return null
  return lasting.reduce((a, b) => (b.step.evidence > a.step.evidence ? b : a)).step
}

const LIMITS = { leastBefore: MIN_BEFORE, leastAfter: 1, mostAfter: MAX_AFTER }
const NEEDED_BY_ORDER = 15
const NEEDED_BY_SIZE = 29
/** In standard deviations from the median. */
const MAX_DEVIATION = 4

function isSmall(
  before: readonly number[],
  after: readonly number[],
  minRelative: number,
): boolean {
  const [was, is] = [meanOf(before), meanOf(after)]
  return Math.abs(is - was) < minRelative * Math.abs(was)
}
