import * as z from 'zod'

const rate = z.int().min(1).describe('Requests/s.')
const timeOrNothing = z.number().min(0).nullable()

/** See `src/load/capacity.ts`. */
export const capacitySchema = z
  .strictObject({
    name: z.string().describe('Of the scenario.'),
    file: z.string().describe("Relative to the project's folder, with forward slashes."),
    durationMs: z.number().min(0).describe('The least that each probe was to be measured.'),
    from: rate,
    precision: z.number().min(0).describe("The bracket's width relative to its lower end."),
    probes: z
      .array(
        z.strictObject({
          rate,
          durationMs: z
            .number()
            .min(0)
            .describe('How long it was to be measured: longer at rates with few requests.'),
          outcome: z
            .enum(['passed', 'system', 'generator'])
            .describe('Or what gave out; where it was the generator, the probe was repeated.'),
          reasons: z.array(z.string()),
          startedAt: z.iso.datetime(),
          achievedPerSecond: z.number().min(0).describe('Requests started, per second.'),
          response: z
            .strictObject({
              p50Ms: timeOrNothing,
              p95Ms: timeOrNothing,
              p99Ms: timeOrNothing,
              maxMs: timeOrNothing,
            })
            .describe('Of all operations together.'),
          latenessP99Ms: timeOrNothing,
        }),
      )
      .describe('In the order in which they were run: the curve of rate against response times.'),
    bracket: z
      .strictObject({
        passed: rate.nullable().describe('The highest rate that was held; null if none was.'),
        failed: rate.nullable().describe('The lowest rate above it that was not held.'),
        limit: z.enum(['system', 'generator']).nullable().describe('What gave out at `failed`.'),
        isConfirmed: z.boolean().describe('As narrow as asked for, each end run twice at least.'),
      })
      .describe(
        'The capacity is at least `passed`, and below `failed` if the system gave out there.',
      ),
  })
  .meta({ id: 'capacity' })
