import * as z from 'zod'
import { OPERATIONS } from '../operations/operations.ts'

/** The task of a process that measures pairs. Times in ms. */
export const pairTaskSchema = z.strictObject({
  operation: z.enum(OPERATIONS),
  /** Project folders of both versions. */
  baseline: z.string(),
  candidate: z.string(),
  redisUrl: z.string(),
  natsUrls: z.array(z.string()),
  /** Part of both namespaces, which must differ from those of other processes. */
  tag: z.string(),
  /** Pairs of single calls; the warm-up doesn't count. */
  warmUpMs: z.number(),
  pairsMs: z.number(),
  /** Short blocks of calls of one version, for CPU time. */
  cpuMs: z.number(),
  /** Long blocks, for deferred work and allocation. */
  deferredMs: z.number(),
  /** Idle time per version. */
  idleMs: z.number(),
})

export type PairTask = Readonly<z.infer<typeof pairTaskSchema>>

/** The times for which the thresholds were set. */
export const PAIR_TIMES = {
  warmUpMs: 400,
  pairsMs: 2_200,
  cpuMs: 1_000,
  deferredMs: 1_100,
  idleMs: 100,
} as const
