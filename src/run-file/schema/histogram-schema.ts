import * as z from 'zod'
import type { DeepReadonly } from './deep-readonly.ts'

/** Requests, errors, receipts: whole and not negative. */
export const count = z.int().min(0)
/** A time in ms. */
export const time = z.number().min(0)
export const timeOrNothing = time.nullable()

/** All counts of a histogram; `histogram-json.ts` reads it. */
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
