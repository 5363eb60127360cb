import * as z from 'zod'
import { OPERATIONS } from '../operations/operations.ts'
import { failedVersionSchema } from '../operations/version-failure.ts'

/** The task of a long process that measures operations of both versions. */
export const driftTaskSchema = z.strictObject({
  operations: z.array(z.enum(OPERATIONS)).min(1),
  baseline: z.string(),
  candidate: z.string(),
  redisUrl: z.string(),
  natsUrls: z.array(z.string()),
  tag: z.string(),
  /** Total time for all operations, in ms. */
  durationMs: z.number(),
  /** Number of windows that the time is divided into. */
  windows: z.int().min(4),
})

export type DriftTask = Readonly<z.infer<typeof driftTaskSchema>>

/** One operation's paired ratio over time, in windows of equal length. */
const driftSeriesSchema = z.strictObject({
  operation: z.enum(OPERATIONS),
  windowMs: z.number().positive(),
  logRatios: z
    .array(z.number())
    .describe('Per window: median over its pairs of ln(candidate / baseline).'),
})

export type DriftSeries = Readonly<z.infer<typeof driftSeriesSchema>>

export const driftEndingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('measured'), series: z.array(driftSeriesSchema) }),
  failedVersionSchema,
])

export type DriftEnding = Readonly<z.infer<typeof driftEndingSchema>>
