import * as z from 'zod'
import { intervalsSchema } from './schema/intervals-schema.ts'
import { loadResultSchema } from './schema/load-result-schema.ts'
import { sloBoundSchema, sloRowSchema } from './schema/slo-schema.ts'
import { dateTimeSchema, timeOrNothing, type DeepReadonly } from './schema/values-schema.ts'
import { hashSchema, referenceSchema, systemSchema } from './schema/system-schema.ts'

/** Raised with every change of the schema; see `upgrade-run-file.ts` for the older ones a reader takes. */
export const SCHEMA_VERSION = 8

/** `<UTC yyyymmddThhmmssZ>-<short commit>[-dirty]`, `-2of5` of a shard, `.2` and so on where that was taken. */
const runIdSchema = z
  .string()
  .regex(/^\d{8}T\d{6}Z-(nogit|[0-9a-f]{7,40}(-dirty)?)(-\d+of\d+)?(\.\d+)?$/)
  .describe(
    '<UTC yyyymmddThhmmssZ>-<short commit>[-dirty], or -nogit; -2of5 of a shard; .2 … if taken.',
  )

const commitSchema = z.strictObject({
  sha: z.string().regex(/^[0-9a-f]{40,64}$/),
  short: z.string().regex(/^[0-9a-f]{7,40}$/),
  branch: z.string().nullable().describe('null if no branch is checked out.'),
  isDirty: z
    .boolean()
    .describe('Whether the work tree differs from the commit, untracked files included.'),
})

const environmentSchema = z
  .strictObject({
    cpuModel: z.string(),
    cpuCores: z.int().min(1).describe('Logical cores of the machine.'),
    availableCores: z.int().min(1).describe('Logical cores that this process may use.'),
    memoryBytes: z.number().min(0),
    cgroup: z
      .strictObject({ cpuCores: z.number().nullable(), memoryBytes: z.number().nullable() })
      .describe('Limits of the control group; null if unlimited.'),
    os: z.strictObject({
      platform: z.string(),
      architecture: z.string(),
      kernel: z.string(),
      name: z.string(),
    }),
    nodeVersion: z.string(),
    packages: z.record(z.string(), z.string()).describe('Versions of the packages that measure.'),
  })
  .meta({ id: 'environment' })

/** Of generators that waited for each other over NATS. */
const barrierSchema = z
  .strictObject({
    run: z.string().describe('Random, and the same in all shards of a run.'),
    skewMs: z
      .number()
      .min(0)
      .nullable()
      .describe(
        'The first requests of all shards were due within this time; null if no load began.',
      ),
  })
  .optional()
  .describe('Absent if they started at a time on the clock.')

/** The generators of a run's load. */
const generatorsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('one') }).describe('One generator made the whole load.'),
  z
    .strictObject({
      kind: z.literal('shard'),
      shard: z.int().min(1).describe('1 … of.'),
      of: z.int().min(1),
      startAt: dateTimeSchema
        .nullable()
        .describe('When the first request of all shards was due; null with a barrier.'),
      barrier: barrierSchema,
      namespace: z.string().describe('Of all shards; a prefix if there are several.'),
    })
    .describe('One shard of a load: its SLOs are judged on all shards together.'),
  z
    .strictObject({
      kind: z.literal('merged'),
      startAt: dateTimeSchema.nullable(),
      barrier: barrierSchema,
      namespace: z.string(),
      shards: z
        .array(z.strictObject({ runId: z.string(), environment: environmentSchema }))
        .describe('In order.'),
    })
    .describe('All shards of a load, added up.'),
])

const verdictReasonSchema = z.strictObject({
  figure: z.string(),
  measured: z.number(),
  threshold: z.number(),
  message: z.string(),
})

/** See `src/load/verdict/verdict.ts`. */
export const verdictSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('valid') }),
  z.strictObject({ kind: z.literal('degraded'), reasons: z.array(verdictReasonSchema) }),
  z.strictObject({ kind: z.literal('invalid'), reasons: z.array(verdictReasonSchema) }),
])

const scenario = {
  name: z.string(),
  file: z.string().describe("Relative to the project's folder, with forward slashes."),
  testStatus: z.enum(['passed', 'failed', 'cancelled']),
}

/** One scenario of a run file. */
export const scenarioSchema = z
  .discriminatedUnion('state', [
    z.strictObject({
      state: z.literal('measured'),
      ...scenario,
      error: z.string().nullable().describe('Why the test failed, if it did.'),
      workloadHash: hashSchema
        .nullable()
        .describe('Hash of the sources of the load and their declarations; null if unknown.'),
      result: loadResultSchema,
      verdict: verdictSchema,
      slo: z.array(sloRowSchema).describe('Empty for a shard: judged on all shards together.'),
      bounds: z.array(sloBoundSchema).describe('The bounds of the SLO.'),
    }),
    z.strictObject({
      state: z.literal('lost').describe('The measuring process died: only its intervals are left.'),
      ...scenario,
      error: z.string().describe('How it died.'),
      intervals: intervalsSchema,
    }),
    z.strictObject({
      state: z
        .literal('unmeasured')
        .describe('It crashed, was cancelled before its end, or does not apply to these servers.'),
      ...scenario,
      testStatus: scenario.testStatus
        .or(z.literal('skipped'))
        .describe('skipped: the test called skip with a note.'),
      error: z.string(),
    }),
  ])
  .meta({ id: 'scenario' })

const microBenchmarkSchema = z
  .strictObject({
    file: z.string(),
    group: z.string().describe('The test that holds the benchmark.'),
    name: z.string(),
    samples: z.int().min(0),
    latency: z.strictObject({
      meanMs: z.number(),
      p50Ms: z.number(),
      p75Ms: z.number(),
      p99Ms: z.number(),
      minMs: z.number(),
      maxMs: z.number(),
    }),
    throughputPerSecond: z
      .number()
      .describe('Mean, in closed loop: not a rate the system can take.'),
    relativeMarginOfErrorPercent: z.number().nullable().describe("Of the latency's mean."),
  })
  .meta({ id: 'microBenchmark' })

const rate = z.int().min(1).describe('Requests/s.')

/** See `src/load/capacity.ts`. */
const capacitySchema = z
  .strictObject({
    name: z.string().describe('Name of the scenario.'),
    file: z.string().describe("Relative to the project's folder, with forward slashes."),
    durationMs: z.number().min(0).describe('Planned minimum duration of each probe.'),
    from: rate,
    precision: z.number().min(0).describe("The bracket's width relative to its lower end."),
    probes: z
      .array(
        z.strictObject({
          rate,
          durationMs: z
            .number()
            .min(0)
            .describe('Planned duration: longer at rates with few requests.'),
          outcome: z
            .enum(['passed', 'system', 'generator'])
            .describe(
              '`system` or `generator`: the limit at this rate; disturbed probes were repeated.',
            ),
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
            .describe('Over all operations.'),
          latenessP99Ms: timeOrNothing,
        }),
      )
      .describe('In the order of running: rate against response times.'),
    bracket: z
      .strictObject({
        passed: rate.nullable().describe('The highest rate held; null if none was.'),
        failed: rate.nullable().describe('The lowest rate above it that was not held.'),
        limit: z.enum(['system', 'generator']).nullable().describe('The limit at `failed`.'),
        isConfirmed: z
          .boolean()
          .describe('As narrow as requested, with each end run at least twice.'),
      })
      .describe(
        'The capacity is at least `passed`, and below `failed` if the system was the limit there.',
      ),
  })
  .meta({ id: 'capacity' })

/** The schema of run files: the source of `results/schema.json` and of the type below. */
export const runFileSchema = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  runId: runIdSchema,
  status: z
    .enum(['running', 'complete', 'interrupted'])
    .describe('`running` in a file at rest: the run was killed.'),
  startedAt: dateTimeSchema,
  finishedAt: dateTimeSchema.nullable().describe('null while running.'),
  commit: commitSchema.nullable().describe('null outside of a git repository.'),
  profile: z.string(),
  system: systemSchema.describe('The system under test.'),
  environment: environmentSchema.describe('Of the first shard if shards are merged.'),
  reference: referenceSchema
    .nullable()
    .describe('The pinned reference workload, run before anything else; null if it was not run.'),
  generators: generatorsSchema,
  scenarios: z.array(scenarioSchema),
  microBenchmarks: z.array(microBenchmarkSchema),
  capacities: z.array(capacitySchema).describe('Results of the command `capacity`.'),
})

/** One run: its measurements, and everything needed to judge and compare them. Plain data. */
export type RunFile = DeepReadonly<z.infer<typeof runFileSchema>>
export type Commit = NonNullable<RunFile['commit']>
export type MeasuredSystem = RunFile['system']
export type Generators = RunFile['generators']
export type Reference = NonNullable<RunFile['reference']>
export type Environment = RunFile['environment']
export type ScenarioEntry = RunFile['scenarios'][number]
export type MicroBenchmarkEntry = RunFile['microBenchmarks'][number]
export type CapacityEntry = RunFile['capacities'][number]
/** One rate of a capacity search. */
export type ProbeEntry = CapacityEntry['probes'][number]

/** The first flaw of data and its place: `scenarios[0].result.seed: Invalid input: …`. */
export function placeOf(error: z.ZodError): string {
  const issue = error.issues[0]
  if (issue === undefined) return 'it is not valid'
  const place = issue.path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '')
  return place === '' ? issue.message : `${place}: ${issue.message}`
}
