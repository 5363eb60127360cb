/** The nearest rank of a percentile among `total` times, from 1. A rounding error of the product does not raise it. */
export function rankOf(percentile: number, total: number): number {
  const exact = (Math.min(percentile, 100) / 100) * total
  const error = 2 ** (Math.floor(Math.log2(exact)) - 52)
  return Math.max(Math.ceil(exact - error), 1)
}
