import * as z from 'zod'
import { OPERATIONS } from '../operations/operations.ts'

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
