import * as z from 'zod'

const count = z.int().min(0)

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
