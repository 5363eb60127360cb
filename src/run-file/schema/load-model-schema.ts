import * as z from 'zod'
import { count, histogramSchema, time } from './histogram-schema.ts'

const phaseSchema = z
  .strictObject({
    users: count,
    ok: count,
    failed: count,
    timedOut: count,
    notDone: count.describe('Not begun: interrupted, or the time for all was over.'),
    errors: z.array(z.strictObject({ code: z.string(), count, sample: z.string() })),
  })
  .describe('users = ok + failed + timedOut + notDone.')

/** See `src/load/load-model.ts`. */
export const loadModelSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('open').describe('A schedule decides when requests start.') }),
    z.strictObject({
      kind: z
        .literal('closed')
        .describe('Users wait for answers and think: response times are service times.'),
      users: count.describe('The most at any time, as planned.'),
      thinkTime: z.strictObject({ label: z.string().describe('Its distribution.'), meanMs: time }),
      userTimeMs: time.describe('How long users were to be there while it was measured, added up.'),
      iterations: z
        .strictObject({
          started: count,
          completed: count,
          cutShort: count.describe('Ended by a step that failed or timed out.'),
          underWay: count.describe('Not at their end when the load was.'),
          time: histogramSchema.describe("Service times of an iteration's steps, added up."),
        })
        .describe('Passes through all steps. started = completed + cutShort + underWay.'),
      setUp: phaseSchema,
      tearDown: phaseSchema,
    }),
  ])
  .meta({ id: 'loadModel' })
