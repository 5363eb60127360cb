import { medianOf, quantileOf } from '../../stats/quantile.ts'

/** Times of round trips that only the machine and its servers determine. */
export interface Reference {
  /** Version of the reference workload; results of different versions are incomparable. */
  readonly version: number
  /** Per server. */
  readonly roundTrips: number
  readonly parts: readonly ReferencePart[]
}

/** The round trips of one server. */
export interface ReferencePart {
  /** Name of the server. */
  readonly name: string
  /** Median time of a round trip. */
  readonly p50Ms: number
  /** Interquartile range of the blocks' medians, relative to `p50Ms`: how steady it was. */
  readonly spread: number
}

/** Times of one block's round trips, in ms. */
export type RoundTrips = readonly number[]

/** @param blocks at least one, none of them empty. */
export function summaryOf(blocks: readonly RoundTrips[]): Omit<ReferencePart, 'name'> {
  const p50Ms = medianOf(blocks.flat())
  const medians = blocks.map(medianOf)
  return { p50Ms, spread: (quantileOf(medians, 0.75) - quantileOf(medians, 0.25)) / p50Ms }
}
