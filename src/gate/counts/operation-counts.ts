import * as z from 'zod'
import { OPERATIONS } from '../operations/operations.ts'
import { phaseSchema } from '../operations/version-failure.ts'

/**
 * Requests that calls of one operation made to the servers. Exact, so no statistics are needed. Totals over all
 * calls of a repeat.
 */
const repeatSchema = z.strictObject({
  redisCalls: z
    .record(z.string(), z.int().min(0))
    .describe('By command; calls made by a script are included.'),
  natsMessages: z.int().min(0).describe('Published by any process, receipts included.'),
  natsBytes: z.int().min(0).describe('Of their subjects, headers and payloads.'),
})

export type Repeat = Readonly<z.infer<typeof repeatSchema>>

export const operationCountsSchema = z.strictObject({
  operation: z.enum(OPERATIONS),
  calls: z.int().min(1).describe('In each repeat.'),
  repeats: z.array(repeatSchema).min(1),
})

export type OperationCounts = Readonly<z.infer<typeof operationCountsSchema>>

/** How a counting process ended, for one version. */
export const countEndingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('counted'), operations: z.array(operationCountsSchema) }),
  z.strictObject({
    kind: z.literal('failed'),
    operation: z.enum(OPERATIONS).nullable().describe('null: it failed before the first.'),
    phase: phaseSchema,
    error: z.string(),
  }),
])

export type CountEnding = Readonly<z.infer<typeof countEndingSchema>>

/** The task of a process that counts for one version, on servers without other users. */
export const countTaskSchema = z.strictObject({
  operations: z.array(z.enum(OPERATIONS)),
  /** Project folder of the version. */
  folder: z.string(),
  redisUrl: z.string(),
  natsUrls: z.array(z.string()),
  /** Part of the namespaces. */
  tag: z.string(),
  /** Per repeat. */
  calls: z.int().min(1),
  repeats: z.int().min(1),
})

export type CountTask = Readonly<z.infer<typeof countTaskSchema>>

/** Three repeats distinguish housekeeping, which varies between them, from the calls. */
export const COUNTED = { calls: 200, repeats: 3 } as const
