/**
 * Times in the buckets of `TimeCounts`, each that isn't empty: `bucket, count, bucket, count, …`, in order. Nothing is
 * lost, so sums of these are the load's own counts.
 */
export type ExactCounts = readonly number[]
