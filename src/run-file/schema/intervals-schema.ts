import * as z from 'zod'
import { isCount } from '../../load/is-count.ts'
import { isSparseCounts, type SparseCounts } from '../../load/recording/sparse-counts.ts'
import type { DeepReadonly } from './values-schema.ts'

/**
 * The columns of a load's seconds. Zod would check them value by value, and list every flaw of millions; a column is
 * checked as a whole.
 */

const isTime = (value: unknown): boolean =>
  typeof value === 'number' && value >= 0 && value < Infinity

const COUNT = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }
const TIME = { type: 'number', minimum: 0 }
const orNull = (schema: object): object => ({ anyOf: [schema, { type: 'null' }] })

function column<T>(isValue: (value: unknown) => boolean, items: object, what: string) {
  return z
    .custom<readonly T[]>((data) => Array.isArray(data) && data.every(isValue), {
      message: `it is not a list of ${what}`,
    })
    .meta({ type: 'array', items })
}

const counts = column<number>(isCount, COUNT, 'whole numbers')
const knownCounts = column<number | null>(
  (value) => value === null || isCount(value),
  orNull(COUNT),
  'whole numbers',
)
const times = column<number | null>(
  (value) => value === null || isTime(value),
  orNull(TIME),
  'times',
)
const histograms = column<SparseCounts>(
  isSparseCounts,
  { type: 'array', items: COUNT },
  'histograms',
)

/** The times that a `Date` can have. */
const timestamps = column<number>(
  (value) => isCount(value) && value <= 8.64e15,
  { ...COUNT, maximum: 8.64e15 },
  'times in ms since 1970',
)

/** A load's seconds in stored form, by column: the n-th value of each column belongs to the n-th second. */
export const intervalsSchema = z
  .strictObject({
    seconds: counts.describe('Whole seconds from the start of the measurement, ascending.'),
    timestamps: timestamps
      .nullable()
      .describe('When each second began, in ms since 1970, UTC; null in older files.'),
    operations: z.array(
      z
        .strictObject({
          operation: z.string(),
          planned: knownCounts.nullable().describe('Requests due in it; null if unknown.'),
          started: counts,
          dropped: counts,
          ok: counts,
          failed: counts,
          timedOut: counts,
          inFlight: knownCounts
            .nullable()
            .describe('The most measured requests under way at once; null if unknown.'),
          received: knownCounts
            .nullable()
            .describe('Distinct receipts that arrived in it; null if unknown.'),
          errors: z
            .array(z.strictObject({ code: z.string(), counts }))
            .describe('Requests that failed, by code; empty in older files.'),
          lateness: z
            .strictObject({ p50Ms: times, p99Ms: times, maxMs: times })
            .describe('Intended to actual start of requests started in it; null if none was.'),
          response: z
            .strictObject({
              p50Ms: times,
              p95Ms: times,
              p99Ms: times,
              maxMs: times,
              counts: histograms
                .nullable()
                .describe(
                  'All of them: gap, count, gap, count, … of buckets that are not empty, each gap from the previous such bucket. A µs per bucket below 32 µs, then 16 per doubling. null in older files.',
                ),
            })
            .describe('Response times of requests that ended in it; null if none did.'),
        })
        .describe('One operation. All columns have a value per second.'),
    ),
  })
  .meta({ id: 'intervals' })

/** The stored form of a load's seconds. */
export type IntervalsJson = DeepReadonly<z.infer<typeof intervalsSchema>>
/** One operation's columns. */
export type IntervalColumns = IntervalsJson['operations'][number]
