import * as z from 'zod'
import { OPERATIONS } from '../operations/operations.ts'
import { phaseSchema } from '../operations/version-failure.ts'

/**
 * What calls of one operation asked of the servers: exact, so that no statistics are needed. Totals
 * over all calls of a repeat.
 */
export const repeatSchema = z.strictObject({
  redisCalls: z
    .record(z.string(), z.int().min(0))
    .describe('By command; calls made by a script count like any other.'),
  natsMessages: z.int().min(0).describe('Published by any process: receipts are among them.'),
  natsBytes: z.int().min(0).describe('Of their subjects, headers and payloads.'),
})

export type Repeat = Readonly<z.infer<typeof repeatSchema>>

export const operationCountsSchema = z.strictObject({
  operation: z.enum(OPERATIONS),
  calls: z.int().min(1).describe('In each repeat.'),
  repeats: z.array(repeatSchema).min(1),
})

export type OperationCounts = Readonly<z.infer<typeof operationCountsSchema>>

/** How a process that counts ended, for one version. */
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

/** The task of a process that counts for one version, on servers that nobody else uses. */
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

/** Three repeats tell housekeeping, which differs between them, from the calls. */
export const COUNTED = { calls: 200, repeats: 3 } as const
