import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { redactUrls } from '../environment/redact-url.ts'
import { placeOf } from './place.ts'
import { resultsFolderError } from './results-folder.ts'
import { intervalsCsv, operationsCsv } from './run-csv.ts'
import { runFileSchema, type RunFile } from './run-file.ts'

/** Where a run's files are. */
export interface ResultPaths {
  readonly json: string
  readonly csv: string
  readonly intervalsCsv: string
}

/**
 * Writes `<runId>.json`, `<runId>.csv` and `<runId>.intervals.csv`, in place of those that an
 * earlier state of the same run left. Each is written under another name and renamed, so whatever
 * kills the process, a file is there whole or not at all. Synchronous, so a process that is about to
 * exit can still call it. Addresses in any text lose their secrets.
 *
 * @throws ResultsFolderError if the folder takes no files.
 * @throws Error if the run is not what the schema says: a defect of the caller.
 */
export function writeRunFile(folder: string, run: RunFile): ResultPaths {
  const checked = runFileSchema.safeParse(withoutSecrets(run))
  if (!checked.success) {
    throw new Error(`The run ${run.runId} can't be stored: ${placeOf(checked.error)}`)
  }
  const paths = {
    json: join(folder, `${run.runId}.json`),
    csv: join(folder, `${run.runId}.csv`),
    intervalsCsv: join(folder, `${run.runId}.intervals.csv`),
  }
  const files = [
    [paths.json, `${JSON.stringify(checked.data, null, 2)}\n`],
    [paths.csv, operationsCsv(checked.data)],
    [paths.intervalsCsv, intervalsCsv(checked.data)],
  ] as const
  try {
    for (const [path, text] of files) replaceFile(path, text)
  } catch (error) {
    throw resultsFolderError(folder, error)
  }
  return paths
}

function withoutSecrets(run: RunFile): unknown {
  return JSON.parse(
    JSON.stringify(run, (_, value: unknown) =>
      typeof value === 'string' ? redactUrls(value) : value,
    ),
  )
}

/** A file in the same folder is on the same file system, where renaming replaces at once. */
function replaceFile(path: string, text: string): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.partial`)
  try {
    writeFileSync(temporary, text)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
