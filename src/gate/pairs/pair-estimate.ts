import * as z from 'zod'
import { OPERATIONS } from '../operations/operations.ts'
import { failedVersionSchema } from '../operations/version-failure.ts'

const change = z.strictObject({
  baseline: z.number().positive(),
  candidate: z.number().positive(),
  logRatio: z.number().describe('ln(candidate / baseline); above 0 for worse'),
})

/** One process's measurement of one operation, with both versions called alternately. */
const pairEstimateSchema = z.strictObject({
  operation: z.enum(OPERATIONS),
  latency: change.extend({
    differenceUs: z.number().describe('candidate − baseline, µs per call'),
    pairs: z.int().min(1),
  }),
  cpu: change.describe('CPU time of all threads of the process, µs per call').nullable(),
  cpuWithDeferred: change
    .describe('The same including work deferred by up to about 100 ms; scatters more')
    .nullable(),
  allocated: change.describe('Growth of the heap, bytes per call').nullable(),
  idleCpu: z
    .strictObject({ baseline: z.number(), candidate: z.number() })
    .describe('CPU time without any call, ms per s'),
})

export type PairEstimate = Readonly<z.infer<typeof pairEstimateSchema>>

/** How a process that measures pairs ended. */
export const pairEndingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('measured'), estimate: pairEstimateSchema }),
  failedVersionSchema,
])

export type PairEnding = Readonly<z.infer<typeof pairEndingSchema>>
