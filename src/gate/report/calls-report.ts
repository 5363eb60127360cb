import * as z from 'zod'
import { operationCountsSchema } from '../counts/operation-counts.ts'
import { OPERATIONS } from '../operations/operations.ts'
import {
  failedVersionSchema,
  phaseSchema,
  versionNameSchema,
} from '../operations/version-failure.ts'
import { pairEndingSchema } from '../pairs/pair-estimate.ts'
import { PAIR_METRICS } from '../pairs/pair-metric.ts'

const operation = z.enum(OPERATIONS)
const isConfirmed = z.boolean().describe('The version failed again.')

/** Requests of each operation to the servers. */
export const countsStageSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('counted'),
    baseline: z.array(operationCountsSchema),
    candidate: z.array(operationCountsSchema),
    verdicts: z.array(
      z.strictObject({
        operation,
        verdict: z.enum(['pass', 'regression', 'improvement', 'changed']),
        changes: z.array(
          z
            .strictObject({ counter: z.string(), baseline: z.number(), candidate: z.number() })
            .describe('Per call of the operation.'),
        ),
      }),
    ),
  }),
  z.strictObject({
    kind: z.literal('failed'),
    version: versionNameSchema,
    phase: phaseSchema,
    why: z.string(),
    isConfirmed,
  }),
])

const pairEvidenceSchema = z.strictObject({
  processes: z.int(),
  baseline: z.number().describe('Median over the processes: ms, µs, bytes or cores.'),
  change: z.number().describe('Median over the processes: relative, or a difference for idle CPU.'),
  difference: z.number().describe("The same in the metric's unit."),
  lower: z.number(),
  upper: z.number(),
  confidence: z.number().describe('Probability that the interval contains the true median.'),
  threshold: z.number().describe('A change this large counts; a pass excludes twice as much.'),
})

const pairVerdictSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['pass', 'regression', 'improvement', 'inconclusive']),
    evidence: pairEvidenceSchema,
  }),
  z.strictObject({ kind: z.literal('unknown') }),
])

const pairStateSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('judged'),
    metrics: z.array(
      z.strictObject({ operation, metric: z.enum(PAIR_METRICS), verdict: pairVerdictSchema }),
    ),
  }),
  failedVersionSchema,
  z.strictObject({ kind: z.literal('interrupted') }),
])

/** Both versions in one process, called alternately. */
export const pairsStageSchema = z.strictObject({
  kind: z.literal('measured'),
  operations: z.array(
    z.strictObject({ operation, endings: z.array(pairEndingSchema), state: pairStateSchema }),
  ),
})

const driftEvidenceSchema = z.strictObject({
  operation,
  slopePerMinute: z
    .number()
    .describe("Sen's slope of candidate / baseline: 0.01 is 1 % more per minute."),
  p: z.number().describe('Mann–Kendall, one-sided.'),
  minutes: z.number(),
})

/** Whether an operation slows down over time. */
export const driftStageSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('judged'),
    operations: z.array(
      z.strictObject({
        verdict: z.enum(['pass', 'regression']),
        screening: driftEvidenceSchema,
        confirmation: driftEvidenceSchema.nullable().describe('A suspect measured alone.'),
      }),
    ),
  }),
  failedVersionSchema.extend({ isConfirmed }),
])
