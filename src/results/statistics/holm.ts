/**
 * Adjusts p-values for how many hypotheses are tested together: rejecting those whose adjusted p is
 * at most α rejects a true one with probability α at most, however they depend on each other.
 *
 *     p̃(i) = max over j ≤ i of min((m − j + 1) · p(j), 1)      p(1) ≤ p(2) ≤ … ≤ p(m)
 *
 * Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal
 * of Statistics 6 (1979).
 *
 * @returns in the order given.
 */
export function holm(pValues: readonly number[]): readonly number[] {
  const ascending = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p)
  const adjusted = pValues.slice()
  let largest = 0
  for (const [rank, { p, index }] of ascending.entries()) {
    largest = Math.max(largest, Math.min((pValues.length - rank) * p, 1))
    adjusted[index] = largest
  }
  return adjusted
}
