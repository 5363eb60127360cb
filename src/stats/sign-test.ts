/** The result of a sign test on pairs, in which the candidate, the baseline, both or neither has the outcome. */
export interface SignTest {
  /** The difference of the two ratios with the outcome, −1 … 1. */
  readonly estimate: number
  readonly lower: number
  readonly upper: number
  /** One-sided p-value of `more` pairs. */
  readonly pGreater: number
  /** One-sided p-value of `less` pairs. */
  readonly pLess: number
}

/**
 * The exact sign test (McNemar's) of paired yes-or-no outcomes. Pairs with equal outcomes carry no
 * information; in the others, each version has the outcome with even odds if they are equal.
 *
 * The interval's ends are those of Clopper and Pearson. If the test is significant, the end nearer to 0
 * comes from the ratio among the unlike pairs, scaled to all pairs: `lower` is above 0 exactly if
 * `pGreater` is at most `alpha`. An end beyond 0 comes from the ratio among all pairs, which bounds the
 * difference.
 *
 * Sources: Q. McNemar, "Note on the sampling error of the difference between correlated proportions
 * or percentages", Psychometrika 12 (1947); C. J. Clopper and E. S. Pearson, "The use of confidence
 * or fiducial limits illustrated in the case of the binomial", Biometrika 26 (1934).
 *
 * @param more pairs in which only the candidate has the outcome.
 * @param less pairs in which only the baseline has it.
 * @param of all pairs, at least 1.
 * @param alpha one-sided level of each end; below 0.5.
 */
export function signTest(more: number, less: number, of: number, alpha: number): SignTest {
  const unlike = more + less
  return {
    estimate: (more - less) / of,
    lower: leastDifference(more, less, of, alpha),
    upper: -leastDifference(less, more, of, alpha),
    pGreater: atLeast(more, unlike, 0.5),
    pLess: atLeast(less, unlike, 0.5),
  }
}

function leastDifference(more: number, less: number, of: number, alpha: number): number {
  const unlike = more + less
  const ofUnlike = 2 * leastRatio(more, unlike, alpha) - 1
  return ofUnlike > 0 ? (ofUnlike * unlike) / of : leastRatio(of - less, of, alpha) - 1
}

/** The ratio at which `count` or more of `of` have the probability `alpha`. */
function leastRatio(count: number, of: number, alpha: number): number {
  if (count === 0) return 0
  let [tooSmall, tooLarge] = [0, 1]
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (tooSmall + tooLarge) / 2
    if (atLeast(count, of, middle) <= alpha) tooSmall = middle
    else tooLarge = middle
  }
  return tooLarge
}

/** The precision of a number. The first step is at one half, the ratio that the test assumes. */
const BISECTIONS = 52

/** P(X ≥ `count`) of a binomial X. */
function atLeast(count: number, of: number, ratio: number): number {
  let sum = 0
  let ways = 1
  for (let k = 0; k <= of; k++) {
    if (k >= count) sum += ways * ratio ** k * (1 - ratio) ** (of - k)
    ways = (ways * (of - k)) / (k + 1)
  }
  return Math.min(sum, 1)
}
