import * as z from 'zod'
import { dateTimeSchema } from './load-result-schema.ts'

/** Which generators a run's load came from. `environment` is that of one of them. */
export function generatorsSchema<E extends z.ZodType>(environment: E) {
  return z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('one') }).describe('All of the load came from one.'),
    z
      .strictObject({
        kind: z.literal('share'),
        share: z.int().min(1).describe('1 … of.'),
        of: z.int().min(1),
        startAt: dateTimeSchema.describe('When the first request of all shares was due.'),
        namespace: z.string().describe('That all shares used; a prefix where there are several.'),
      })
      .describe('This is one share of a load: its SLOs are judged on all shares together.'),
    z
      .strictObject({
        kind: z.literal('merged'),
        startAt: dateTimeSchema,
        namespace: z.string(),
        shares: z.array(z.strictObject({ runId: z.string(), environment })).describe('In order.'),
      })
      .describe('All shares of a load, added up.'),
  ])
}
