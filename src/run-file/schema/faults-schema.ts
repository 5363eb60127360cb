import * as z from 'zod'
import { count, time, timeOrNothing } from './values-schema.ts'

const fault = {
  label: z.string().describe('What breaks.'),
  what: z
    .string()
    .nullable()
    .describe('What exactly broke, such as an address; null if the label says all.'),
  plannedAtMs: time,
}

/** See `src/load/faults/fault-record.ts`. */
export const faultSchema = z
  .discriminatedUnion('state', [
    z.strictObject({
      state: z.literal('injected'),
      ...fault,
      fromMs: time,
      toMs: time.describe('When it was over; the same as fromMs for one that stays.'),
    }),
    z
      .strictObject({ state: z.literal('failed'), ...fault, fromMs: time, reason: z.string() })
      .describe('It could not be injected, or not be mended.'),
    z
      .strictObject({ state: z.literal('elsewhere'), ...fault })
      .describe('Another shard injects it.'),
    z
      .strictObject({ state: z.literal('not reached'), ...fault })
      .describe('The load ended before it was due.'),
  ])
  .describe('Times are in ms since the start of the measurement.')
  .meta({ id: 'fault' })

/** See `src/load/recording/availability.ts`. */
export const unavailability = {
  unavailableMs: timeOrNothing.describe('Longest stretch without a success; null if unknown.'),
  unavailableAtLeastMs: timeOrNothing.describe(
    'The same without what the generator may have caused; null if unknown.',
  ),
}

/** As many names of lost registrations or messages as a run file keeps. */
const MAX_EXAMPLES = 10

/** See `src/load/recording/losses.ts`. */
export const lossesSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('known'),
      of: z.enum(['registrations', 'messages']),
      promised: count,
      lost: count.describe('Promised, neither expired nor taken back, and not there.'),
      duplicates: count
        .nullable()
        .describe('Handled more than once under a guarantee that rules it out; null without one.'),
      examples: z.array(z.string()).max(MAX_EXAMPLES).describe('Some of those lost, by name.'),
    }),
    z.strictObject({ kind: z.literal('unknown'), reason: z.string() }),
  ])
  .meta({ id: 'losses' })
