import * as z from 'zod'
import { OPERATIONS } from '../operations/operations.ts'

/** What a process counts, of one version, on servers that nobody else uses. */
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

/** 200 calls, three times: what goes on besides the calls differs between repeats. */
export const COUNTED = { calls: 200, repeats: 3 } as const
