import { EXIT } from '../../exit-code.ts'
import * as z from 'zod'
import { dateTimeSchema, type DeepReadonly } from '../../run-file/schema/values-schema.ts'
import { countsStageSchema, driftStageSchema, pairsStageSchema } from './calls-report.ts'
import { gateVerdictSchema, roundsStageSchema } from './rounds-report.ts'

/** Raised with every change of the schema. */
export const GATE_SCHEMA_VERSION = 2

const versionSchema = z.strictObject({
  version: z.string().describe('As it was asked for, and what that was.'),
  commit: z.string().nullable().describe('Of the working tree, what it was based on.'),
  isWorkingTree: z.boolean(),
  packages: z
    .enum(['installed', 'linked'])
    .describe('By npm ci from its own lockfile; or those of the harness, whose lockfile is equal.'),
})

const skippedSchema = z.strictObject({
  kind: z.literal('skipped'),
  why: z.string(),
  isMissed: z.boolean().describe('Its evidence was wanted: a gate without it has not passed.'),
})

/** What a gate leaves for programs: all it decided, and all it decided by. */
export const gateReportSchema = z.strictObject({
  kind: z.literal('gate'),
  schemaVersion: z.literal(GATE_SCHEMA_VERSION),
  status: z.enum(['complete', 'interrupted']),
  startedAt: dateTimeSchema,
  finishedAt: dateTimeSchema,
  baseline: versionSchema,
  candidate: versionSchema,
  subject: z.array(z.string()).describe('What was compared: paths in the project.'),
  sameness: z
    .strictObject({
      isSubjectSame: z.boolean(),
      arePackagesSame: z.boolean(),
      isNodeSame: z.boolean(),
    })
    .describe('All: there was nothing to measure, or A was compared with A.'),
  environment: z.string().describe('Machine, Node and servers: what the estimates belong to.'),
  budgetMs: z.number(),
  elapsedMs: z.number(),
  stages: z.strictObject({
    counts: z.union([...countsStageSchema.options, skippedSchema]),
    pairs: z.union([pairsStageSchema, skippedSchema]),
    drift: z.union([...driftStageSchema.options, skippedSchema]),
    rounds: z.union([roundsStageSchema, skippedSchema]),
  }),
  verdict: gateVerdictSchema,
  exitCode: z.literal(Object.values(EXIT)),
  runs: z.string().describe('The folder that holds the run files of all rounds, by version.'),
})

export type GateReport = DeepReadonly<z.infer<typeof gateReportSchema>>
