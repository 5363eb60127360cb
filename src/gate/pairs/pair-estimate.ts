import * as z from 'zod'
import { OPERATIONS } from '../operations/operations.ts'
import { phaseSchema } from '../operations/version-failure.ts'

/** `base` is the baseline, `head` the candidate. */
export const armName = z.enum(['base', 'head'])

const change = z.strictObject({
  base: z.number().positive(),
  head: z.number().positive(),
  logRatio: z.number().describe('ln(head / base); above 0 for worse'),
})

/** What one process measured of one operation, both versions called in turns. */
export const pairEstimateSchema = z.strictObject({
  operation: z.enum(OPERATIONS),
  latency: change.extend({
    differenceUs: z.number().describe('head − base, µs per call'),
    pairs: z.int().min(1),
  }),
  cpu: change.describe('CPU time of all threads of the process, µs per call').nullable(),
  cpuWithDeferred: change
    .describe('The same with work put off by up to about 100 ms; scatters more')
    .nullable(),
  allocated: change.describe('Growth of the heap, bytes per call').nullable(),
  idleCpu: z
    .strictObject({ base: z.number(), head: z.number() })
    .describe('CPU time without any call, ms per s'),
})

export type PairEstimate = Readonly<z.infer<typeof pairEstimateSchema>>

/** The failure of one version in a process that calls both. */
export const pairFailureSchema = z.strictObject({
  kind: z.literal('failed'),
  arm: armName,
  phase: phaseSchema,
  error: z.string(),
})

export type PairFailure = Readonly<z.infer<typeof pairFailureSchema>>

/** How a process of pairs ended. */
export const pairEndingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('measured'), estimate: pairEstimateSchema }),
  pairFailureSchema,
])

export type PairEnding = Readonly<z.infer<typeof pairEndingSchema>>
