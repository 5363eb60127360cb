/** How many of `total` times, 1 at least, are at a percentile or below it: rounded up, but for an error of the product. */
export function rankOf(percentile: number, total: number): number {
  const exact = (Math.min(percentile, 100) / 100) * total
  const error = 2 ** (Math.floor(Math.log2(exact)) - 52)
  return Math.max(Math.ceil(exact - error), 1)
}
