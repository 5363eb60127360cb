import * as z from 'zod'
import { TECHNIQUES } from '../../load/dispatch/technique.ts'
import { checkSchema, metricSchema, tagSplitSchema } from './notes-schema.ts'
import { sloRowSchema } from './slo-schema.ts'
import {
  count,
  dateTimeSchema,
  histogramSchema,
  time,
  timeOrNothing,
  type DeepReadonly,
} from './values-schema.ts'

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
const loadModelSchema = z
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

const countsSchema = z
  .strictObject({
    planned: count,
    started: count,
    dropped: count,
    notStarted: count,
    ok: count,
    failed: count,
    timedOut: count,
    unfinished: count,
  })
  .describe(
    'planned = started + dropped + notStarted; started = ok + failed + timedOut + unfinished.',
  )

const delaySchema = z.strictObject({ p50Ms: time, p99Ms: time, maxMs: time })
const pausesSchema = z.strictObject({ count, totalMs: time, maxMs: time })

const deliveriesSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('counted'),
      expected: count.describe('Recipients of messages that could not be sent included.'),
      received: count,
      duplicates: count,
      missing: count,
      incomplete: count.describe('Messages that did not reach all of their recipients.'),
      missingByPause: count.describe(
        'Of the missing, those that a pause of generator or receivers may have caused.',
      ),
      receipt: histogramSchema.describe(
        'Intended start to receipt, one record per expected pair; missing ones at the time waited.',
      ),
      completion: histogramSchema.describe(
        "Intended start to the last recipient's receipt; at the time waited where one is missing.",
      ),
      undisturbedCompletion: histogramSchema.describe(
        'The same without the delays that generator and receivers caused.',
      ),
      receivers: z
        .strictObject({ eventLoopDelay: delaySchema, pauses: pausesSchema })
        .nullable()
        .describe("Of the receivers' process; null where others started the receivers."),
    }),
    z.strictObject({ kind: z.literal('unknown'), reason: z.string() }),
  ])
  .meta({ id: 'deliveries' })

const operationSchema = z
  .strictObject({
    name: z.string(),
    counts: countsSchema,
    lostByPause: count.describe(
      'Failed or dropped, perhaps because of a pause of the generator; or unfinished because of an interruption.',
    ),
    errors: z.array(z.strictObject({ code: z.string(), count, sample: z.string() })),
    response: histogramSchema.describe(
      'Intended start to done, of requests ok; timed out or unfinished, at the time waited.',
    ),
    service: histogramSchema.describe('Actual start to done, of the same requests.'),
    undisturbed: histogramSchema.describe("The service time less the generator's pauses in it."),
    failure: histogramSchema.describe('Intended start to failed, of requests that failed.'),
    lateness: histogramSchema.describe('Intended to actual start.'),
    deliveries: deliveriesSchema.nullable(),
    checks: z.array(checkSchema).describe('What requests checked, by name; up to 50 and OTHER.'),
    tags: z
      .array(tagSplitSchema)
      .describe('The requests started, split by each value of each tag, and those without one.'),
  })
  .meta({ id: 'operation' })

/** One second of one operation. */
export const intervalSchema = z
  .strictObject({
    second: count.describe('Whole seconds from the start of the measurement.'),
    operation: z.string(),
    started: count,
    dropped: count,
    ok: count,
    failed: count,
    timedOut: count,
    response: z.strictObject({ p50Ms: time, p95Ms: time, p99Ms: time, maxMs: time }).nullable(),
  })
  .meta({ id: 'interval' })

/** A load result as it is stored: `src/load/result.ts` with histograms in text and operations in a list. */
export const loadResultSchema = z
  .strictObject({
    startedAt: dateTimeSchema.describe('When the measurement, not the warm-up, began.'),
    model: loadModelSchema,
    arrivals: z.string().describe('The load in words: its arrivals, or its users.'),
    seed: z.number(),
    warmUpMs: time,
    durationMs: time.describe('How long requests were to be started for, after the warm-up.'),
    measuredMs: time.describe('How long they were.'),
    isInterrupted: z
      .boolean()
      .describe(
        'Whether it was ended early from outside, if only by not waiting for the last requests.',
      ),
    abortReason: z
      .string()
      .nullable()
      .describe('Which bound ended it early, and how it was missed; null if none did.'),
    limits: z.strictObject({
      maxInFlight: count.describe('Of a closed load: its users.'),
      whenFull: z.enum(['drop', 'wait']),
      timeoutMs: time,
      gracePeriodMs: time,
    }),
    health: z.strictObject({
      dispatch: z.enum(TECHNIQUES).describe('How requests were started on time.'),
      largestBatch: count.describe('Most requests started in one wake-up.'),
      longestBatchMs: time.describe('Longest stretch of the schedule started in one wake-up.'),
      eventLoopDelay: delaySchema,
      pauses: pausesSchema.describe('Times in which the process did nothing.'),
      gcPauses: pausesSchema,
      coreWaitMs: timeOrNothing.describe(
        'How long the generator waited for a core; null if unknown.',
      ),
      ranOn: z
        .strictObject({
          most: count.describe('The most at once, each of which took up room of maxInFlight.'),
          atEnd: count.describe('Those that still ran when the load was over.'),
        })
        .describe('Requests that ran on after they had been given up.'),
    }),
    verdictThresholds: z
      .strictObject({
        achieved: z.strictObject({ degraded: time, invalid: time }),
        dropped: z.strictObject({ degraded: time, invalid: time }),
        unfinished: z.strictObject({ degraded: time }),
        medianLateness: z.strictObject({ degraded: timeOrNothing }),
        lateness: z.strictObject({ degraded: time }),
        tailLateness: z.strictObject({ degraded: time }),
        latenessMs: z.strictObject({ degraded: time }),
        batchMs: z.strictObject({ degraded: time }),
        receiverPauseMs: z.strictObject({ degraded: time }),
        pauseRatio: z.strictObject({ degraded: time }),
      })
      .describe('What the verdict is reached by; see src/load/verdict/verdict-thresholds.ts.'),
    operations: z.array(operationSchema),
    intervals: z.array(intervalSchema),
    metrics: z.array(metricSchema).describe('What the load declares, and requests wrote.'),
    undeclaredTags: z
      .strictObject({ count, sample: z.string() })
      .describe('Tags that were set although the load does not declare them; the first of them.'),
    windowedSlo: z.array(sloRowSchema).describe('Bounds on every window that the load was given.'),
  })
  .meta({ id: 'loadResult' })

/** The stored form of a load result. */
export type LoadResultJson = DeepReadonly<z.infer<typeof loadResultSchema>>
