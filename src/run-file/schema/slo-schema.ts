import * as z from 'zod'
import { PERCENTILE_KEY } from '../../load/slo/percentile.ts'
import { count } from './values-schema.ts'

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

const overTheRun = { ...bound, everyMs: z.null(), abortAfterMs: z.null() }

const percentile = z
  .strictObject({
    key: z.string().regex(PERCENTILE_KEY).describe('p50 to p99999, such as p999; or max.'),
    label: z.string().describe('Such as P99.9.'),
    value: z.number().min(50).max(100).describe('In percent; of max, 100.'),
  })
  .meta({ id: 'percentile' })

const tag = { tag: z.string(), value: z.string() }

const above = z.number().describe('The share is above this; of 1, it is all.')

/** See `Bound` in `src/load/slo/slo.ts`. */
export const sloBoundSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('time'),
      ...bound,
      metric: z.enum(['response', 'completion']),
      percentile,
      belowMs: z.number(),
    }),
    z.strictObject({ kind: z.literal('success rate'), ...bound, above }),
    z.strictObject({
      kind: z.literal('throughput'),
      ...bound,
      side: z.enum(['min', 'max']),
      perSecond: z.number(),
    }),
    z.strictObject({ kind: z.literal('delivery rate'), ...bound, above }),
    z.strictObject({
      kind: z.literal('tag time'),
      ...overTheRun,
      ...tag,
      percentile,
      belowMs: z.number(),
    }),
    z.strictObject({ kind: z.literal('tag success rate'), ...overTheRun, ...tag, above }),
    z.strictObject({
      kind: z.literal('check rate'),
      ...overTheRun,
      check: z.string(),
      atLeast: z.number().describe('Share of the checks of that name that passed, at least.'),
    }),
    z.strictObject({
      kind: z.literal('metric'),
      ...overTheRun,
      metric: z.string(),
      figure: z.union([z.enum(['total', 'per second', 'last', 'value']), percentile]),
      side: z.enum(['min', 'max']),
      limit: z.number().describe('In the unit of the metric; included, but of a percentile.'),
    }),
  ])
  .meta({ id: 'sloBound' })

/** See `src/load/slo/slo-row.ts`. */
export const sloRowSchema = z
  .strictObject({
    operation: z.string().describe('`all` for the whole workload.'),
    metric: z.string(),
    unit: z.enum(['ms', '1/s', 'ratio', 'number']),
    comparison: z.enum(['<', '>', '>=', '<=']),
    bound: z.number(),
    measured: z
      .number()
      .nullable()
      .describe(
        "null if nothing could be measured, or nothing answered; of windows, the worst one's.",
      ),
    punctual: z
      .number()
      .nullable()
      .describe(
        'What it would have been without what the generator may have caused; null if unknown.',
      ),
    outcome: z.enum(['met', 'missed', 'inconclusive']),
    isDefault: z.boolean().describe('Whether loads without a bound of their own are held to it.'),
    windows: z
      .strictObject({
        everyMs: z.number(),
        judged: count,
        missed: count,
        inconclusive: count,
        worstFromMs: z.number().nullable().describe('After the measurement began.'),
      })
      .nullable()
      .describe('How the bound did in every window; null for one on the whole run.'),
  })
  .meta({ id: 'sloRow' })
