import * as z from 'zod'

/** Plain data, read-only at every depth. */
export type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T

/** ISO 8601, UTC. */
export const dateTimeSchema = z.iso.datetime().meta({ id: 'dateTime' })

/** Requests, errors, receipts: a whole number, not negative. */
export const count = z.int().min(0)
/** A time in ms; not negative. */
export const time = z.number().min(0)
export const timeOrNothing = time.nullable()

/** All counts of a histogram; see `histogram-json.ts`. */
export const hdrSchema = z.base64()

/** The figures are for people and quick looks; the histogram is the measurement. */
export const histogramSchema = z
  .strictObject({
    figures: z
      .strictObject({
        count,
        meanMs: timeOrNothing,
        p50Ms: timeOrNothing,
        p95Ms: timeOrNothing,
        p99Ms: timeOrNothing,
        p999Ms: timeOrNothing,
        maxMs: timeOrNothing,
      })
      .describe('In ms; null where nothing was recorded.'),
    hdrV2Base64: hdrSchema.describe('All counts, in µs: HdrHistogram V2, compressed, base64.'),
  })
  .meta({ id: 'histogram' })

/** The stored form of a histogram. */
export type HistogramJson = DeepReadonly<z.infer<typeof histogramSchema>>
