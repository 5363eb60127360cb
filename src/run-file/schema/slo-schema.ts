import * as z from 'zod'
import { PERCENTILE_KEY } from '../../load/slo/percentile.ts'
import { count } from './values-schema.ts'

const bound = {
  operation: z.string().nullable().describe('null: the whole workload.'),
  everyMs: z
    .number()
    .nullable()
    .describe('The bound holds in every window of this length; null: over the whole run.'),
  abortAfterMs: z
    .number()
    .nullable()
    .describe('A miss after this time ends the load; null: it does not.'),
  isDefault: z
    .boolean()
    .describe('Whether it is the default for loads without a bound of that kind.'),
  recoveryMs: z
    .number()
    .optional()
    .describe('Windows that begin within this time after a fault may miss it; absent: none may.'),
}

const overTheRun = { ...bound, everyMs: z.null(), abortAfterMs: z.null() }

const percentile = z
  .strictObject({
    key: z.string().regex(PERCENTILE_KEY).describe('p50 to p99999, such as p999; or max.'),
    label: z.string().describe('Such as P99.9.'),
    value: z.number().min(50).max(100).describe('In percent; 100 for max.'),
  })
  .meta({ id: 'percentile' })

const tag = { tag: z.string(), value: z.string() }

const above = z.number().describe('The ratio must exceed this; 1 means all.')

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
      kind: z.literal('unavailable'),
      ...bound,
      atMostMs: z.number().describe('The longest stretch without a success.'),
    }),
    z.strictObject({
      kind: z.literal('lost'),
      ...bound,
      atMost: z.number().describe('Broken promises, such as registrations acknowledged and gone.'),
    }),
    z.strictObject({
      kind: z.literal('recovery'),
      ...bound,
      recoveryMs: z
        .number()
        .describe('From a fault until all windows with this recoveryMs meet their bounds again.'),
    }),
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
      atLeast: z.number().describe('Minimum ratio of passed checks of that name.'),
    }),
    z.strictObject({
      kind: z.literal('metric'),
      ...overTheRun,
      metric: z.string(),
      figure: z.union([z.enum(['total', 'per second', 'last', 'value']), percentile]),
      side: z.enum(['min', 'max']),
      limit: z.number().describe('In the unit of the metric; inclusive except for percentiles.'),
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
        'null if nothing could be measured, or nothing answered; with windows, the worst one.',
      ),
    punctual: z
      .number()
      .nullable()
      .describe(
        'The figure without the effects that the generator may have caused; null if unknown.',
      ),
    outcome: z.enum(['met', 'missed', 'inconclusive']),
    reason: z
      .string()
      .optional()
      .describe('Why it is inconclusive; absent where the figures say it.'),
    isDefault: z
      .boolean()
      .describe('Whether it is the default for loads without a bound of that kind.'),
    windows: z
      .strictObject({
        everyMs: z.number(),
        judged: count,
        missed: count,
        inconclusive: count,
        recoveryMs: z
          .number()
          .optional()
          .describe('Windows that begin within this time after a fault may miss it.'),
        worstFromMs: z
          .number()
          .nullable()
          .describe('Start of the worst window, after the start of the measurement.'),
      })
      .nullable()
      .describe('The bound in every window; null for a bound on the whole run.'),
  })
  .meta({ id: 'sloRow' })
