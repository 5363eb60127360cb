/** How long each round trip of a block took, in ms. */
export type RoundTrips = readonly number[]

/** What blocks of round trips come to. */
export interface Summary {
  /** Median of all round trips. */
  readonly p50Ms: number
  /** Interquartile range of the blocks' medians, relative to `p50Ms`. */
  readonly spread: number
}

/** @param blocks none of them empty. */
export function summaryOf(blocks: readonly RoundTrips[]): Summary {
  const p50Ms = quantile(blocks.flat(), 0.5)
  const medians = blocks.map((block) => quantile(block, 0.5))
  return { p50Ms, spread: (quantile(medians, 0.75) - quantile(medians, 0.25)) / p50Ms }
}

/** The value below which a share of them are, interpolated (type 7 of Hyndman & Fan 1996). */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const [below = Number.NaN, above = below] = sorted.slice(Math.floor(at))
  return below + (above - below) * (at % 1)
}
