import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { sumOfCounts } from '../../src/load/totals.ts'
import { readRunFile } from '../../src/run-file/read/read-run-file.ts'

/**
 * The checked parts of a run file. The project's own reader has validated the file first; this schema only
 * needs the compared fields, so the file's schema may grow.
 */
const countsSchema = z.object({
  planned: z.number(),
  started: z.number(),
  dropped: z.number(),
  notStarted: z.number(),
  ok: z.number(),
  failed: z.number(),
  timedOut: z.number(),
  unfinished: z.number(),
})
const deliveriesSchema = z.object({
  expected: z.number(),
  received: z.number(),
  missing: z.number(),
  duplicates: z.number(),
})
const sloRowSchema = z.object({
  operation: z.string(),
  metric: z.string(),
  measured: z.number().nullable(),
  outcome: z.enum(['met', 'missed', 'inconclusive']),
})
const intervalsSchema = z
  .object({
    seconds: z.array(z.number()),
    operations: z.array(z.object({ started: z.array(z.number()), ok: z.array(z.number()) })),
  })
  .transform(({ seconds, operations }) =>
    operations.flatMap(({ started, ok }) =>
      seconds.map((second, i) => ({ second, started: started[i] ?? 0, ok: ok[i] ?? 0 })),
    ),
  )
const resultSchema = z.object({
  startedAt: z.string(),
  measuredMs: z.number(),
  isInterrupted: z.boolean(),
  operations: z.array(
    z.object({
      name: z.string(),
      counts: countsSchema,
      // In other forms, deliveries are unknown.
      deliveries: deliveriesSchema.nullable().catch(null),
      response: z.object({ figures: z.object({ maxMs: z.number().nullable() }) }),
    }),
  ),
  intervals: intervalsSchema,
})
const scenarioSchema = z.object({
  name: z.string(),
  state: z.string(),
  testStatus: z.string(),
  error: z.string().nullable(),
  verdict: z.object({ kind: z.enum(['valid', 'degraded', 'invalid']) }).optional(),
  slo: z.array(sloRowSchema).default([]),
  result: resultSchema.optional(),
  /** A load whose process died. */
  intervals: intervalsSchema.optional(),
})
const summarySchema = z.object({
  status: z.enum(['running', 'complete', 'interrupted']),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  scenarios: z.array(scenarioSchema),
})

export type RunSummary = Readonly<z.infer<typeof summarySchema>>
export type Counts = Readonly<z.infer<typeof countsSchema>>
export type Deliveries = Readonly<z.infer<typeof deliveriesSchema>>
export type MeasuredLoad = Readonly<z.infer<typeof resultSchema>>
export type SloRowSummary = Readonly<z.infer<typeof sloRowSchema>>

/** The content of a results folder: runs, and incomplete files. */
export interface Results {
  readonly runs: readonly RunSummary[]
  readonly problems: readonly string[]
}

/** Reads every run file of a folder. */
export async function readResults(folder: string): Promise<Results> {
  const runs: RunSummary[] = []
  const problems: string[] = []
  for (const name of namesIn(folder)) {
    if (name.endsWith('.partial')) problems.push(`${name} was left behind`)
    if (!name.endsWith('.json') || name.startsWith('.')) continue
    try {
      const run = await readRunFile(join(folder, name))
      runs.push(summarySchema.parse(JSON.parse(JSON.stringify(run))))
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      problems.push(`${name} is not whole: ${reason.replace(`${folder}/`, '')}`)
    }
  }
  return { runs, problems }
}

/** The load of a run; `null` if it has no figures. */
export function loadIn(run: RunSummary | undefined): MeasuredLoad | null {
  return run?.scenarios.find(({ result }) => result !== undefined)?.result ?? null
}

/** Started requests according to the run file, also of a load whose process died. */
export function startedIn(run: RunSummary): number {
  const load = loadIn(run)
  if (load !== null) return totalOf(load).started
  const intervals = run.scenarios.flatMap((scenario) => scenario.intervals ?? [])
  return intervals.reduce((sum, { started }) => sum + started, 0)
}

/** The counts of all operations together. */
export function totalOf(load: MeasuredLoad): Counts {
  return sumOfCounts(load.operations.map(({ counts }) => counts))
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
