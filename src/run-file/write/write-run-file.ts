import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { redactUrls } from '../../environment/redact-url.ts'
import { hasNotes, notesCsv } from '../csv/notes-csv.ts'
import { placeOf } from '../read/place.ts'
import { createWholeFile, replaceFiles } from './whole-files.ts'
import { resultsFolderError } from './results-folder.ts'
import { intervalsCsv, operationsCsv } from '../csv/run-csv.ts'
import { runFileSchema, type RunFile } from '../run-file.ts'
import { numberedRunId } from '../run-id.ts'

/** Where a run's files are. */
export interface ResultPaths {
  readonly json: string
  readonly csv: string
  readonly intervalsCsv: string
  /** Only of a run whose requests wrote checks, tags or metrics. */
  readonly metricsCsv?: string
}

/**
 * Writes `<runId>.json`, `<runId>.csv`, `<runId>.intervals.csv`, and `<runId>.metrics.csv` where there is
 * something to be in it, in place of those that an earlier state of the same run left; see `replaceFiles`. Synchronous, so a process that is about to
 * exit can still call it. Addresses in any text lose their secrets.
 *
 * @throws ResultsFolderError if the folder takes no files.
 * @throws Error if the run is not what the schema says: a defect of the caller.
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
 * Writes a run's files for the first time, under its own name or, if another run has that one, the
 * first with a number that is free. Of any number of processes at any moment, one gets a name.
 *
 * @returns the run under the name that it got.
 * @throws ResultsFolderError if the folder takes no files; nothing is left there then.
 * @throws Error if the run is not what the schema says: a defect of the caller.
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

/** Where the files of a run in a folder are, or will be. */
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

/** A run all of whose texts are fit to be shown: addresses lose user names, passwords and tokens. */
export function withoutSecrets(run: RunFile): RunFile {
  return JSON.parse(
    JSON.stringify(run, (_, value: unknown) =>
      typeof value === 'string' ? redactUrls(value) : value,
    ),
  ) as RunFile
}
