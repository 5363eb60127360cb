import { medianOf, quantileOf } from '../../stats/quantile.ts'

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
  const p50Ms = medianOf(blocks.flat())
  const medians = blocks.map(medianOf)
  return { p50Ms, spread: (quantileOf(medians, 0.75) - quantileOf(medians, 0.25)) / p50Ms }
}
