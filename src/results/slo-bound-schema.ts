import * as z from 'zod'

const bound = {
  operation: z.string().nullable().describe('null: the workload as a whole.'),
  everyMs: z
    .number()
    .nullable()
    .describe('It holds in every window of this length; null: over the run.'),
  abortAfterMs: z
    .number()
    .nullable()
    .describe('Missing it ends a load that is older; null: it does not.'),
  isDefault: z.boolean().describe('Whether loads without a bound of their own are held to it.'),
}

/** See `Bound` in `src/load/slo/slo.ts`. */
export const sloBoundSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('time'),
      ...bound,
      metric: z.enum(['response', 'completion']),
      percentile: z.strictObject({
        key: z.enum(['p50', 'p95', 'p99', 'p999', 'max']),
        label: z.string(),
        value: z.number(),
      }),
      belowMs: z.number(),
    }),
    z.strictObject({ kind: z.literal('success rate'), ...bound, above: z.number() }),
    z.strictObject({
      kind: z.literal('throughput'),
      ...bound,
      side: z.enum(['min', 'max']),
      perSecond: z.number(),
    }),
    z.strictObject({ kind: z.literal('delivery rate'), ...bound, above: z.number() }),
  ])
  .meta({ id: 'sloBound' })
