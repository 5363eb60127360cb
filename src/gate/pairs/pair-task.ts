import * as z from 'zod'
import { OPERATIONS } from '../operations/operations.ts'

/** What a process of pairs is to measure. Times in ms. */
export const pairTaskSchema = z.strictObject({
  operation: z.enum(OPERATIONS),
  /** Project folders of both versions. */
  baseline: z.string(),
  candidate: z.string(),
  redisUrl: z.string(),
  natsUrls: z.array(z.string()),
  /** Part of both namespaces, which have to differ from those of other processes. */
  tag: z.string(),
  /** Pairs of single calls; the first of them are warm-up and don't count. */
  warmUpMs: z.number(),
  pairsMs: z.number(),
  /** Short blocks of calls of one version, for CPU time. */
  cpuMs: z.number(),
  /** Long blocks, for work that is put off, and allocation. */
  deferredMs: z.number(),
  /** Without any call, for each version. */
  idleMs: z.number(),
})

export type PairTask = Readonly<z.infer<typeof pairTaskSchema>>

/** The times by which the thresholds were set. */
export const PAIR_TIMES = {
  warmUpMs: 400,
  pairsMs: 2_200,
  cpuMs: 1_000,
  deferredMs: 1_100,
  idleMs: 100,
} as const
