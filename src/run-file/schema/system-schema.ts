import * as z from 'zod'

/** 16 hex digits that tell configurations, or loads, apart. */
export const hashSchema = z.string().regex(/^[0-9a-f]{16}$/)

const serverSchema = z.strictObject({
  name: z.string().min(1),
  version: z.string(),
  addresses: z.array(z.string()).describe('Without user names, passwords and tokens.'),
  topology: z
    .string()
    .optional()
    .describe(
      'How many servers it is, such as cluster of 3 primaries and 3 replicas; absent for one.',
    ),
})

/** See `src/environment/system.ts`. */
export const systemSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.enum(['external', 'containers', 'programs']),
      servers: z.array(serverSchema).min(1),
      configurationHash: hashSchema
        .nullable()
        .describe('Of the servers’ settings without addresses and folders; null if unknown.'),
    }),
    z.strictObject({
      kind: z.literal('memory'),
      notice: z.string().describe('That no real server was measured, why, and how to get one.'),
    }),
    z
      .strictObject({ kind: z.literal('undeclared') })
      .describe('No server was started or named: scenarios connected to their system themselves.'),
  ])
  .meta({ id: 'system' })

/** Round trips that no change of the code under test affects, to tell slow machines from slow code. */
export const referenceSchema = z
  .strictObject({
    version: z
      .int()
      .min(1)
      .describe('Of the reference workload: different versions are incomparable.'),
    roundTrips: z.int().min(1).describe('Per server, one after the other.'),
    parts: z
      .array(
        z.strictObject({
          name: z.string().describe('Of the server.'),
          p50Ms: z.number().positive().describe('Median time of a round trip.'),
          spread: z.number().min(0).describe("Interquartile range of the blocks' medians / P50."),
        }),
      )
      .min(1),
  })
  .meta({ id: 'reference' })
