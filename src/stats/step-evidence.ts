/** The most likely step of a series to another level, and the evidence for it. */
export interface Step {
  /** The index of the first value at the new level. */
  readonly index: number
  /**
   * Twice the logarithm of the likelihood ratio of a step there to no step: 0 or more; infinite if
   * the values are constant on both sides.
   */
  readonly evidence: number
}

/** The possible positions of a step. */
export interface StepLimits {
  /** The minimum number of values before it. */
  readonly leastBefore: number
  /** The minimum number of values from it on. */
  readonly leastAfter: number
  /** The maximum number of values from it on. */
  readonly mostAfter: number
}

/**
 * Finds the most likely step in a series with an unknown lag-1 autocorrelation φ of 0 to 0.8:
 *
 *     xₜ = μ + δ·[t ≥ k] + eₜ      eₜ = φ·eₜ₋₁ + εₜ      ε normal, independent
 *     evidence = max(k, φ, μ, δ) ℓ − max(φ, μ; δ = 0) ℓ      ℓ = ln(1 − φ²) − (n − 2)·ln RSS
 *
 * Each hypothesis has its own φ, so a slow wave that autocorrelation explains is not evidence of a step.
 * This avoids an estimate of φ, which is biased towards 0 in short series and would make every second
 * flat series alarm. RSS is the sum of squares of generalised least squares, by the exact transformation
 * of Prais and Winsten. Takes O(n) time.
 *
 * Sources: G. E. P. Box and G. C. Tiao, "Intervention analysis", JASA 70 (1975), for the model;
 * D. Siegmund and E. S. Venkatraman, "Using the generalized likelihood ratio statistic for sequential
 * detection of a change-point", Annals of Statistics 23 (1995), for the statistic.
 *
 * @param values normal scores, or anything without gross outliers.
 * @returns `null` if there is no room for a step, or all values are equal.
 */
export function mostLikelyStep(values: Float64Array, limits: StepLimits): Step | null {
  const n = values.length
  const earliest = Math.max(limits.leastBefore, n - limits.mostAfter)
  const latest = n - limits.leastAfter
  if (latest < earliest || values.every((value) => value === values[0])) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const centred = values.map((value) => value - mean)
  let [flat, stepped, index] = [-Infinity, -Infinity, earliest]
  for (const phi of AUTOCORRELATIONS) {
    const likelihood = (rss: number): number => Math.log(1 - phi ** 2) - (n - 2) * Math.log(rss)
    const { whitened, squares, level, levelSquares } = whiten(centred, phi)
    const flatRss = squares - level ** 2 / levelSquares
    flat = Math.max(flat, likelihood(flatRss))
    const g = 1 - phi
    let bestGain = 0
    let bestIndex = earliest
    // The whitened values after the step's first.
    let later = 0
    for (let k = n - 1; k >= earliest; k -= 1) {
      if (k <= latest) {
        // The step's column, whitened, is 0 before k, 1 at k and 1 − φ after it.
        const stepSquares = 1 + (n - 1 - k) * g ** 2
        const withLevel = g + (n - 1 - k) * g ** 2
        const step = (whitened[k] ?? 0) + g * later - (withLevel * level) / levelSquares
        const gain = step ** 2 / (stepSquares - withLevel ** 2 / levelSquares)
        if (gain > bestGain) [bestGain, bestIndex] = [gain, k]
      }
      later += whitened[k] ?? 0
    }
    const rss = flatRss - bestGain
    // The residue of constants on both sides is rounding.
    const reached = rss <= 1e-12 * squares ? Infinity : likelihood(rss)
    if (reached > stepped) [stepped, index] = [reached, bestIndex]
  }
  return { index, evidence: stepped - flat }
}

const AUTOCORRELATIONS = [0, 0.2, 0.4, 0.6, 0.8] as const

interface Whitened {
  readonly whitened: Float64Array
  readonly squares: number
  /** Product with the column of the level, which is √(1 − φ²), 1 − φ, 1 − φ … */
  readonly level: number
  readonly levelSquares: number
}

/** Subtracts from each value the part explained by the one before. */
function whiten(values: Float64Array, phi: number): Whitened {
  const n = values.length
  const g = 1 - phi
  const whitened = new Float64Array(n)
  const first = Math.sqrt(1 - phi ** 2)
  whitened[0] = first * (values[0] ?? 0)
  let squares = (whitened[0] ?? 0) ** 2
  let level = first * (whitened[0] ?? 0)
  for (let t = 1; t < n; t += 1) {
    const value = (values[t] ?? 0) - phi * (values[t - 1] ?? 0)
    whitened[t] = value
    squares += value ** 2
    level += g * value
  }
  return { whitened, squares, level, levelSquares: first ** 2 + (n - 1) * g ** 2 }
}
