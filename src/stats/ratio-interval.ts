/** A confidence interval of a ratio. */
export interface RatioInterval {
  readonly lower: number
  readonly upper: number
}

/**
 * Wilson's 95 % score interval of a ratio. It keeps its coverage near 0 and 1, where alarm and detection
 * rates should be, and never collapses to a point.
 *
 *     (p̂ + z²/2n ± z √(p̂(1 − p̂)/n + z²/4n²)) / (1 + z²/n)      z = 1.96
 *
 * Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
 * JASA 22 (1927); L. D. Brown, T. T. Cai and A. DasGupta, "Interval estimation for a binomial
 * proportion", Statistical Science 16 (2001).
 *
 * @param count 0 … `of`.
 * @param of trials, at least 1.
 */
export function ratioInterval(count: number, of: number): RatioInterval {
  const p = count / of
  const z2n = Z ** 2 / of
  const middle = p + z2n / 2
  const half = Z * Math.sqrt((p * (1 - p)) / of + z2n / (4 * of))
  return {
    lower: count === 0 ? 0 : (middle - half) / (1 + z2n),
    upper: count === of ? 1 : (middle + half) / (1 + z2n),
  }
}

/** Quantile of the standard normal distribution for 95 %, two-sided. */
const Z = 1.959964
