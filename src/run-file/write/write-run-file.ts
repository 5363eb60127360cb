import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { redactUrls } from '../../environment/redact-url.ts'
import { hasNotes, notesCsv } from '../csv/notes-csv.ts'
import { placeOf, type RunFile, runFileSchema } from '../run-file.ts'
import { createWholeFile, replaceFiles } from './whole-files.ts'
import { resultsFolderError } from './results-folder.ts'
import { intervalsCsv } from '../csv/intervals-csv.ts'
import { operationsCsv } from '../csv/operations-csv.ts'
import { numberedRunId } from '../run-id.ts'

/** Where a run's files are. */
export interface ResultPaths {
  readonly json: string
  readonly csv: string
  readonly intervalsCsv: string
  /** Present if requests wrote checks, tags or metrics. */
  readonly metricsCsv?: string
}

/**
 * Writes `<runId>.json`, `<runId>.csv`, `<runId>.intervals.csv` and, if requests wrote checks, tags or metrics,
 * `<runId>.metrics.csv`, replacing an earlier state of the same run; see `replaceFiles`. Synchronous, so that an
 * exiting process can still call it. Addresses in any text lose their secrets.
 *
 * @throws ResultsFolderError if the folder accepts no files.
 * @throws Error if the run does not match the schema: a defect of the caller.
 */
export function writeRunFile(folder: string, run: RunFile): ResultPaths {
  const checked = checkedRun(run)
  const paths = pathsOf(folder, run)
  const metrics = notesCsv(checked)
  try {
    replaceFiles([
      [paths.json, jsonOf(checked)],
      [paths.csv, operationsCsv(checked)],
      [paths.intervalsCsv, intervalsCsv(checked)],
      ...(paths.metricsCsv === undefined || metrics === null
        ? []
        : [[paths.metricsCsv, metrics] as const]),
    ])
  } catch (error) {
    throw resultsFolderError(folder, error)
  }
  return paths
}

/**
 * Writes a run's files for the first time, under its own name or, if that is taken, with the first free number.
 * However many processes do so at once, each name goes to one of them.
 *
 * @returns the run under its final name.
 * @throws ResultsFolderError if the folder accepts no files; it is left unchanged.
 * @throws Error if the run does not match the schema: a defect of the caller.
 */
export function createRunFile(folder: string, run: RunFile): RunFile {
  for (let number = 1; ; number += 1) {
    const named = { ...run, runId: numberedRunId(run.runId, number) }
    const { json } = pathsOf(folder, named)
    const text = jsonOf(checkedRun(named))
    try {
      if (!createWholeFile(json, text)) continue
    } catch (error) {
      throw resultsFolderError(folder, error)
    }
    try {
      writeRunFile(folder, named)
    } catch (error) {
      rmSync(json, { force: true })
      throw error
    }
    return named
  }
}

/** Where a folder holds, or will hold, the files of a run. */
export function pathsOf(folder: string, run: RunFile): ResultPaths {
  const { runId } = run
  return {
    json: join(folder, `${runId}.json`),
    csv: join(folder, `${runId}.csv`),
    intervalsCsv: join(folder, `${runId}.intervals.csv`),
    ...(hasNotes(run) ? { metricsCsv: join(folder, `${runId}.metrics.csv`) } : {}),
  }
}

function jsonOf(run: RunFile): string {
  return `${JSON.stringify(run, null, 2)}\n`
}

function checkedRun(run: RunFile): RunFile {
  const checked = runFileSchema.safeParse(withoutSecrets(run))
  if (checked.success) return checked.data
  throw new Error(`The run ${run.runId} can't be stored: ${placeOf(checked.error)}`)
}

/** Takes user names, passwords and tokens out of all addresses in a run's texts. */
export function withoutSecrets(run: RunFile): RunFile {
  return JSON.parse(
    JSON.stringify(run, (_, value: unknown) =>
      typeof value === 'string' ? redactUrls(value) : value,
    ),
  ) as RunFile
}
