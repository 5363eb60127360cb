import { normalScores } from '../../stats/normal-scores.ts'
import { meanOf } from '../../stats/quantile.ts'
import { mostLikelyStep, type Step } from '../../stats/step-evidence.ts'
import { winsorised } from '../../stats/winsorised.ts'

/** A change of a series, as it was reported; later runs don't alter it. */
export interface Alarm {
  /** Of the first run after the change. */
  readonly index: number
  /** Of the run whose figures confirmed it. */
  readonly confirmedBy: number
}

/** Runs that a change has lasted when it is reported, at least. */
export const MIN_AFTER = 8
/** Runs before a change, at least. */
const MIN_BEFORE = 8
/** A change that was not confirmed by so many runs never is. */
export const MAX_AFTER = 60
/** Of fewer runs, nothing can be said. */
export const FEWEST_RUNS = MIN_BEFORE + MIN_AFTER
/** Older runs are not looked at. */
const WINDOW = 200

/**
 * The changes of a series that is looked at after every run.
 *
 * Each look is at the runs since the last reported change, 200 at most, in two ways: at the normal scores of
 * their values, of which only the order counts, and at the values themselves without their outliers, which
 * show sooner that a change is large. A change is reported once the evidence of a step, see `mostLikelyStep`,
 * exceeds what is needed and the step has lasted eight runs. The looks that follow begin at that step. So what
 * was reported depends on no later run.
 *
 * Evidence has to exceed c + 3·ln n of n runs: the level of a look falls as n^−1.5, so that of all looks
 * together stays bounded. Each c is calibrated by `npm run trend -- --simulate` so that one flat series in
 * 500 ever alarms, up to a lag-1 autocorrelation of 0.6 and for tails as heavy as those of Student's t with 3
 * degrees of freedom: by Bonferroni, 5 % of pages with 24 series, however these depend on each other.
 *
 * @param values in the order of the runs, all finite.
 * @param leastRelative changes of the mean by less than this, relative to it, are not reported; 0.01 is
 *   1 %.
 */
export function alarmsIn(values: readonly number[], leastRelative: number): readonly Alarm[] {
  const alarms: Alarm[] = []
  let begin = 0
  for (let end = FEWEST_RUNS; end <= values.length; end += 1) {
    const from = Math.max(begin, end - WINDOW)
    const seen = values.slice(from, end)
    const step = certainStep(seen)
    if (step === null) continue
    if (isSmall(seen.slice(0, step.index), seen.slice(step.index), leastRelative)) continue
    begin = from + step.index
    alarms.push({ index: begin, confirmedBy: end - 1 })
  }
  return alarms
}

/** The step of which a view is certain, where the view with the most evidence sees it. */
function certainStep(seen: readonly number[]): Step | null {
  const growing = 3 * Math.log(seen.length)
  const views = [
    { values: normalScores(seen), needed: NEEDED_BY_ORDER },
    { values: winsorised(seen, OUTLYING), needed: NEEDED_BY_SIZE },
  ]
  const lasting = views.flatMap(({ values, needed }) => {
    const step = values === null ? null : mostLikelyStep(values, LIMITS)
    // One that most likely began later may turn out to be an outlier.
    const hasLasted = step !== null && seen.length - step.index >= MIN_AFTER
    return hasLasted ? [{ step, isCertain: step.evidence > needed + growing }] : []
  })
  if (!lasting.some(({ isCertain }) => isCertain)) return null
  return lasting.reduce((a, b) => (b.step.evidence > a.step.evidence ? b : a)).step
}

const LIMITS = { leastBefore: MIN_BEFORE, leastAfter: 1, mostAfter: MAX_AFTER }
const NEEDED_BY_ORDER = 15
const NEEDED_BY_SIZE = 29
/** Standard deviations from the median. */
const OUTLYING = 4

function isSmall(before: readonly number[], after: readonly number[], least: number): boolean {
  const [was, is] = [meanOf(before), meanOf(after)]
  return Math.abs(is - was) < least * Math.abs(was)
}
