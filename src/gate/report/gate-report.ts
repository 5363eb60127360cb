import { EXIT } from '../../exit-code.ts'
import * as z from 'zod'
import { dateTimeSchema, type DeepReadonly } from '../../run-file/schema/values-schema.ts'
import { countsStageSchema, driftStageSchema, pairsStageSchema } from './calls-report.ts'
import { gateVerdictSchema, roundsStageSchema } from './rounds-report.ts'

/** Raised with every change of the schema. */
export const GATE_SCHEMA_VERSION = 2

const versionSchema = z.strictObject({
  version: z.string().describe('The requested ref and its commit.'),
  commit: z.string().nullable().describe('For the working tree, the commit it is based on.'),
  isWorkingTree: z.boolean(),
  packages: z
    .enum(['installed', 'linked'])
    .describe(
      'By npm ci from its own lockfile, or linked from the working tree, whose lockfile is equal.',
    ),
})

const skippedSchema = z.strictObject({
  kind: z.literal('skipped'),
  why: z.string(),
  isMissed: z.boolean().describe('The evidence was requested, so a gate without it does not pass.'),
})

/** The machine-readable report: all decisions and all their evidence. */
export const gateReportSchema = z.strictObject({
  kind: z.literal('gate'),
  schemaVersion: z.literal(GATE_SCHEMA_VERSION),
  status: z.enum(['complete', 'interrupted']),
  startedAt: dateTimeSchema,
  finishedAt: dateTimeSchema,
  baseline: versionSchema,
  candidate: versionSchema,
  subject: z.array(z.string()).describe('Compared paths in the project.'),
  sameness: z
    .strictObject({
      isSubjectSame: z.boolean(),
      arePackagesSame: z.boolean(),
      isNodeSame: z.boolean(),
    })
    .describe('If all are true, there was nothing to measure, or A was compared with A.'),
  environment: z.string().describe('Machine, Node and servers of the estimates.'),
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
  runs: z.string().describe('The folder of the run files of all rounds, by version.'),
})

export type GateReport = DeepReadonly<z.infer<typeof gateReportSchema>>
