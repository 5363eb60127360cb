import * as z from 'zod'
import { TECHNIQUES } from '../../load/dispatch/technique.ts'
import { faultSchema, lossesSchema, unavailability } from './faults-schema.ts'
import { intervalsSchema } from './intervals-schema.ts'
import { checkSchema, metricSchema, tagSplitSchema } from './notes-schema.ts'
import { sloRowSchema } from './slo-schema.ts'
import { slowestSchema, traceCountsSchema } from './traces-schema.ts'
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
    notDone: count.describe('Not started: interrupted, or out of time.'),
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
      users: count.describe('Planned maximum at any time.'),
      thinkTime: z.strictObject({ label: z.string().describe('Its distribution.'), meanMs: time }),
      userTimeMs: time.describe('Planned time of all users during the measurement, added up.'),
      iterations: z
        .strictObject({
          started: count,
          completed: count,
          cutShort: count.describe('Ended by a step that failed or timed out.'),
          underWay: count.describe('Unfinished at the end of the load.'),
          time: histogramSchema.describe("Service times of an iteration's steps, added up."),
        })
        .describe('Passes through all steps. started = completed + cutShort + underWay.'),
      setUp: phaseSchema,
      tearDown: phaseSchema,
    }),
  ])
  .meta({ id: 'loadModel' })

/** What became of an operation's requests. */
export const countsSchema = z
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
      expected: count.describe('Including recipients of messages that could not be sent.'),
      received: count,
      duplicates: count,
      missing: count,
      incomplete: count.describe('Messages that did not reach all recipients.'),
      missingByPause: count.describe(
        'Missing receipts that a pause of generator or receivers may have caused.',
      ),
      missingByFailure: count
        .optional()
        .describe(
          'Missing receipts whose request failed, was given up or never started; absent where unknown.',
        ),
      receipt: histogramSchema.describe(
        'Intended start to receipt, one record per expected pair; missing ones at the time waited.',
      ),
      completion: histogramSchema.describe(
        "Intended start to the last recipient's receipt; at the time waited where one is missing.",
      ),
      undisturbedCompletion: histogramSchema.describe(
        'The same without the delays of generator and receivers.',
      ),
      receivers: z
        .strictObject({ eventLoopDelay: delaySchema, pauses: pausesSchema })
        .nullable()
        .describe("Of the receivers' process; null if the run did not start the receivers."),
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
    losses: lossesSchema
      .nullable()
      .describe('What became of its promises, by an audit after the load; null without one.'),
    ...unavailability,
    checks: z.array(checkSchema).describe('Checks by name; up to 50, and OTHER.'),
    tags: z
      .array(tagSplitSchema)
      .describe(
        'The requests started, split by each value of each tag, and those without a value.',
      ),
    slowest: slowestSchema,
  })
  .meta({ id: 'operation' })

/** A load result in stored form: `src/load/result.ts` with histograms as text, operations as a list and seconds as columns. */
export const loadResultSchema = z
  .strictObject({
    startedAt: dateTimeSchema.describe('Start of the measurement, after the warm-up.'),
    model: loadModelSchema,
    arrivals: z.string().describe('The load in words: its arrivals, or its users.'),
    seed: z.number(),
    warmUpMs: time,
    durationMs: time.describe('Planned time of starting requests, after the warm-up.'),
    measuredMs: time.describe('Actual time of starting requests.'),
    isInterrupted: z
      .boolean()
      .describe(
        'Whether it was ended early from outside, even if only the last requests were not awaited.',
      ),
    abortReason: z
      .string()
      .nullable()
      .describe('Which bound ended it early, and how it was missed; null if none did.'),
    limits: z.strictObject({
      maxInFlight: count.describe('In a closed load, the number of users.'),
      whenFull: z.enum(['drop', 'wait']),
      timeoutMs: time,
      gracePeriodMs: time,
    }),
    health: z.strictObject({
      dispatch: z.enum(TECHNIQUES).describe('The technique that starts requests on time.'),
      largestBatch: count.describe('Most requests started in one wake-up.'),
      longestBatchMs: time.describe('Longest stretch of the schedule started in one wake-up.'),
      eventLoopDelay: delaySchema,
      pauses: pausesSchema.describe('Times in which the process was not running.'),
      longestPauses: z
        .array(
          z.strictObject({
            fromMs: time.describe('When it began, since the start of the measurement.'),
            lengthMs: time,
          }),
        )
        .describe('The longest of them, up to 100, in order of time; empty in older files.'),
      gcPauses: pausesSchema,
      coreWaitMs: timeOrNothing.describe('Time the generator waited for a core; null if unknown.'),
      ranOn: z
        .strictObject({
          most: count.describe('Maximum at once; each took up room of maxInFlight.'),
          atEnd: count.describe('Those still running at the end of the load.'),
        })
        .describe('Requests that kept running after they were given up.'),
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
      .describe('Thresholds of the verdict; see src/load/verdict/verdict-thresholds.ts.'),
    operations: z.array(operationSchema),
    intervals: intervalsSchema.describe('The seconds of the measurement, by column.'),
    metrics: z.array(metricSchema).describe('Metrics that the load declares and requests write.'),
    undeclaredTags: z
      .strictObject({ count, sample: z.string() })
      .describe('Undeclared tags that requests set, and the first of them.'),
    windowedSlo: z
      .array(sloRowSchema)
      .describe('The bounds of the load that hold in every window.'),
    ...unavailability,
    faults: z.array(faultSchema).describe('What broke, or was to break, during the load.'),
    traces: traceCountsSchema,
  })
  .meta({ id: 'loadResult' })

/** The stored form of a load result. */
export type LoadResultJson = DeepReadonly<z.infer<typeof loadResultSchema>>
