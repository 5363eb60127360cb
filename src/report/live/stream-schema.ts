import * as z from 'zod'
import { runFileSchema, verdictSchema } from '../../run-file/run-file.ts'
import { lossesSchema } from '../../run-file/schema/faults-schema.ts'
import { countsSchema } from '../../run-file/schema/load-result-schema.ts'
import { sloBoundSchema, sloRowSchema } from '../../run-file/schema/slo-schema.ts'
import {
  count,
  dateTimeSchema,
  histogramSchema,
  time,
  timeOrNothing,
  type DeepReadonly,
} from '../../run-file/schema/values-schema.ts'

/** Raised with every change that would mislead readers of an older version. Added fields don't raise it. */
export const STREAM_VERSION = 1

const everyLine = {
  streamVersion: z.literal(STREAM_VERSION),
  runId: z
    .string()
    .nullable()
    .describe('The name of the run file without `.json`; null if the run ended before it began.'),
  time: dateTimeSchema.describe('When the line was made; steps with the system clock.'),
  elapsedMs: time.describe('Since the stream was opened, by the monotonic clock.'),
}

/** Fields of all lines about a load. */
const ofLoad = {
  testId: z.string().describe('The same in all lines of one test.'),
  scenario: z.string().describe("The test's name."),
  file: z.string().describe("Relative to the project's folder, with forward slashes."),
  load: count.describe('Index of the load in its test.'),
}

const percentiles = z.strictObject({ p50Ms: time, p95Ms: time, p99Ms: time, maxMs: time })
const { figures } = histogramSchema.shape

const runStarted = z
  .strictObject({
    event: z.literal('run-started'),
    ...everyLine,
    startedAt: dateTimeSchema,
    profile: z.string(),
    commit: runFileSchema.shape.commit,
    system: runFileSchema.shape.system,
    generators: runFileSchema.shape.generators,
    scenarios: count.describe(
      'Load tests, as far as known: a file counts as one until it was imported.',
    ),
    microFiles: count.describe('Files of micro-benchmarks, which run after the load tests.'),
  })
  .meta({ id: 'runStarted' })

const { load: _, ...ofTest } = ofLoad

const scenarioStarted = z
  .strictObject({
    event: z.literal('scenario-started'),
    ...everyLine,
    ...ofTest,
    kind: z.enum(['load', 'micro-benchmark']),
    number: count.describe('From 1: among load tests; of a micro-benchmark, that of its file.'),
    of: count.describe('The number of all, as far as known.'),
  })
  .meta({ id: 'scenarioStarted' })

const loadStarted = z
  .strictObject({
    event: z.literal('load-started'),
    ...everyLine,
    ...ofLoad,
    model: z.enum(['open', 'closed']).describe('Closed for users.'),
    label: z.string().describe('The load in words: its arrivals, or its users.'),
    durationMs: time.describe('Planned time of the measurement, after the warm-up.'),
    warmUpMs: time,
    bounds: z
      .array(sloBoundSchema)
      .describe(
        'Bounds that the load was given; those that its test asserts afterwards are not among them.',
      ),
  })
  .meta({ id: 'loadStarted' })

const progress = z
  .strictObject({
    event: z.literal('progress'),
    ...everyLine,
    ...ofLoad,
    phase: z.enum(['warm-up', 'measuring', 'draining']),
    measuredMs: z.number().describe('Since the measurement began; negative during the warm-up.'),
    durationMs: time.describe('Planned time of the measurement.'),
    startedPerSecond: timeOrNothing.describe('In the last whole second; null before there is one.'),
    inFlight: count,
    errors: count.describe('Failed, timed out or dropped so far.'),
    dropped: count.describe('The dropped ones among them.'),
    soFar: z
      .strictObject({
        seconds: count,
        started: count,
        ok: count,
        p50Ms: timeOrNothing,
        p95Ms: timeOrNothing,
        p99Ms: timeOrNothing,
      })
      .describe('All operations up to the last whole second; response times.'),
    receipts: z
      .strictObject({ expected: count, received: count })
      .nullable()
      .describe('Of the messages sent so far; null if nobody counts them before the end.'),
  })
  .describe('About once per second and load.')
  .meta({ id: 'progress' })

const fault = z
  .strictObject({
    event: z.literal('fault'),
    ...everyLine,
    ...ofLoad,
    label: z.string().describe('What breaks.'),
    what: z.string().nullable().describe('What exactly broke; null if the label says all.'),
    number: count.describe('Its place among the faults of the load, from 0.'),
    plannedAtMs: time.describe('When it was due, since the measurement began.'),
    state: z
      .enum(['on', 'injected', 'failed', 'elsewhere', 'not reached'])
      .describe(
        '`on`: it began and is not over. `injected`: it began, and is over, or stays. `elsewhere`: another shard injects it.',
      ),
    fromMs: timeOrNothing.describe('When it began; null if it did not, or elsewhere.'),
    toMs: timeOrNothing.describe('When it was over; the same as fromMs for one that stays.'),
    reason: z.string().nullable().describe('Why it failed, if it did.'),
  })
  .describe('Whenever the state of a fault changes.')
  .meta({ id: 'fault' })

const interval = z
  .strictObject({
    event: z.literal('interval'),
    ...everyLine,
    ...ofLoad,
    second: count.describe('Whole seconds from the start of the measurement.'),
    operation: z.string(),
    planned: count.nullable().describe('Requests due in it; null if unknown.'),
    started: count,
    dropped: count,
    ok: count,
    failed: count,
    timedOut: count,
    inFlight: count.nullable().describe('The most under way at once; null if unknown.'),
    errors: z
      .array(z.strictObject({ code: z.string(), count }))
      .describe('Requests that failed, by error code.'),
    lateness: z
      .strictObject({ p50Ms: time, p99Ms: time, maxMs: time })
      .nullable()
      .describe('Intended to actual start; null if nothing was started.'),
    response: percentiles
      .nullable()
      .describe('Response times of requests that ended in this second; null if none did.'),
  })
  .describe('One operation in one second; once that second has ended.')
  .meta({ id: 'interval' })

const operation = z
  .strictObject({
    operation: z.string(),
    counts: countsSchema,
    errors: z.array(z.strictObject({ code: z.string(), count, sample: z.string() })),
    response: figures,
    service: figures,
    lateness: figures,
    receipts: z
      .strictObject({ expected: count, received: count, missing: count, duplicates: count })
      .nullable()
      .describe('null if the operation sends no messages, or they could not be counted.'),
    losses: lossesSchema
      .nullable()
      .describe('What became of its promises; null if it makes none, or nobody checks them.'),
    unavailableMs: timeOrNothing.describe('Longest stretch without a success; null if unknown.'),
  })
  .meta({ id: 'operation' })

const scenarioEnded = z
  .strictObject({
    event: z.literal('scenario-ended'),
    ...everyLine,
    ...ofLoad,
    scenario: z.string().describe("The test's name, with the load's number from the second on."),
    outcome: z
      .enum(['passed', 'failed', 'inconclusive', 'interrupted', 'broken', 'skipped', 'measured'])
      .describe(
        '`skipped`: it does not apply to these servers; `measured`: a shard, judged when all are merged.',
      ),
    error: z.string().nullable().describe('Why the test failed, if it did.'),
    verdict: verdictSchema
      .nullable()
      .describe('Whether the measurement can be trusted; null if nothing was measured.'),
    slo: z.array(sloRowSchema).describe('Every bound and its measured figure.'),
    operations: z.array(operation),
  })
  .meta({ id: 'scenarioEnded' })

const microBenchmark = z
  .strictObject({
    event: z.literal('micro-benchmark'),
    ...everyLine,
    ...runFileSchema.shape.microBenchmarks.element.shape,
  })
  .meta({ id: 'microBenchmark' })

const eventsDropped = z
  .strictObject({
    event: z.literal('events-dropped'),
    ...everyLine,
    count: count.describe('Lines left out here, because the reader was too slow.'),
  })
  .meta({ id: 'eventsDropped' })

const runEnded = z
  .strictObject({
    event: z.literal('run-ended'),
    ...everyLine,
    status: z
      .enum(['complete', 'interrupted', 'not-begun'])
      .describe('`not-begun`: something broke before the first scenario.'),
    exitCode: z
      .int()
      .min(0)
      .describe('0 met, 1 missed, 2 broken, 3 inconclusive. A signal has an exit code of its own.'),
    outcomes: z
      .record(z.string(), count)
      .describe('Loads by their outcome, such as passed; absent where there are none.'),
    paths: z
      .record(z.string(), z.string())
      .nullable()
      .describe("The run's files by kind, such as json; null if none could be written."),
  })
  .meta({ id: 'runEnded' })

/** One line of a stream: the source of `results/stream.schema.json` and of the type below. */
export const streamEventSchema = z.discriminatedUnion('event', [
  runStarted,
  scenarioStarted,
  loadStarted,
  progress,
  fault,
  interval,
  scenarioEnded,
  microBenchmark,
  eventsDropped,
  runEnded,
])

/** One line of a stream. */
export type StreamEvent = DeepReadonly<z.infer<typeof streamEventSchema>>

/** Fields of all lines. */
export type LineHead = Pick<StreamEvent, keyof typeof everyLine>

type WithoutHead<T> = T extends unknown ? Omit<T, keyof LineHead> : never

/** A line without the fields that all lines have. */
export type StreamEventBody = WithoutHead<StreamEvent>
