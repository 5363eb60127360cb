import * as z from 'zod'
import { count, hdrSchema, histogramSchema } from './values-schema.ts'

const amount = z.number().min(0)
const amountOrNothing = amount.nullable()
const invalid = count.describe('Values that were refused, such as NaN.')

/** See `CheckResult` in `src/load/notes/check-counts.ts`. */
export const checkSchema = z
  .strictObject({ name: z.string(), passed: count, failed: count })
  .meta({ id: 'check' })

/** See `TagSplit` in `src/load/notes/tag-splits.ts`. */
export const tagSplitSchema = z
  .strictObject({
    tag: z.string(),
    value: z.string().nullable().describe('null: requests that ended without a value of this tag.'),
    counts: z
      .strictObject({ ok: count, failed: count, timedOut: count, unfinished: count })
      .describe("Over all values of a tag, they add up to the operation's."),
    lostByPause: count.describe('Not ok, perhaps because of a pause or an interruption.'),
    response: histogramSchema,
    service: histogramSchema,
    undisturbed: histogramSchema,
  })
  .meta({ id: 'tagSplit' })

const metric = { name: z.string(), unit: z.string() }

/** See `MetricResult` in `src/load/metrics/metric-recorders.ts`. */
export const metricSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('counter'),
      ...metric,
      total: amount,
      inTime: amount.describe('Added while requests were being started.'),
      invalid,
    }),
    z.strictObject({
      kind: z.literal('gauge'),
      ...metric,
      count: count.describe('Number of times it was set.'),
      values: z
        .strictObject({
          last: z.number(),
          lastAtMs: amount.describe('When `last` was set, in Unix ms.'),
          min: z.number(),
          max: z.number(),
        })
        .nullable()
        .describe('null if it was never set.'),
      invalid,
    }),
    z.strictObject({
      kind: z.literal('trend'),
      ...metric,
      resolution: z.number().positive().describe('One step of the histogram, in the unit.'),
      figures: z
        .strictObject({
          count,
          mean: amountOrNothing,
          p50: amountOrNothing,
          p95: amountOrNothing,
          p99: amountOrNothing,
          p999: amountOrNothing,
          max: amountOrNothing,
        })
        .describe('In the unit; null where nothing was recorded.'),
      hdrV2Base64: hdrSchema.describe('All counts, in steps: HdrHistogram V2, compressed, base64.'),
      clamped: count.describe('Values above 2,147,483,647 steps, recorded as that.'),
      invalid,
    }),
  ])
  .meta({ id: 'metric' })
