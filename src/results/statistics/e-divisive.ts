/** Where a series divides best into two of unlike distribution. */
export interface Division {
  /** Of the first value of the second part. */
  readonly index: number
  /** How unlike the parts are: 0 where they are the same, in the values' unit. */
  readonly divergence: number
}

/**
 * Finds the division of a series with the greatest divergence: the sample energy distance of its
 * parts X (m values) and Y (n values), weighted by their sizes,
 *
 *     q = mn/(m+n) · ( 2/(mn)·ΣΣ|xᵢ − yⱼ| − Σ(i<k)|xᵢ − xₖ| / C(m,2) − Σ(j<l)|yⱼ − yₗ| / C(n,2) )
 *
 * which tells any difference between distributions, of mean or spread, and assumes none of them.
 * Of equally good divisions it takes the first. Takes O(n²) time and O(n) memory.
 *
 * Source: Matteson & James, "A Nonparametric Approach for Multiple Change Point Analysis of
 * Multivariate Data", JASA 109 (2014), eq. 5 and 7, with α = 1.
 *
 * @param shortest how many values a part has at least, ≥ 2.
 * @returns `null` if the series is too short to be divided.
 */
export function bestDivision(values: readonly number[], shortest: number): Division | null {
  const toEarlier = values.map((value, k) => distances(value, values.slice(0, k)))
  const toLater = values.map((value, k) => distances(value, values.slice(k + 1)))
  const all = toEarlier.reduce((sum, distance) => sum + distance, 0)

  let best: Division | null = null
  let withinX = 0
  let withinY = all
  for (const [k, earlier] of toEarlier.entries()) {
    const [m, n] = [k, values.length - k]
    if (m >= shortest && n >= shortest) {
      const between = all - withinX - withinY
      const x = (2 * withinX) / (m * (m - 1))
      const y = (2 * withinY) / (n * (n - 1))
      const divergence = ((m * n) / (m + n)) * ((2 * between) / (m * n) - x - y)
      if (best === null || divergence > best.divergence) best = { index: k, divergence }
    }
    withinX += earlier
    withinY -= toLater[k] ?? 0
  }
  return best
}

function distances(value: number, others: readonly number[]): number {
  return others.reduce((sum, other) => sum + Math.abs(value - other), 0)
}
