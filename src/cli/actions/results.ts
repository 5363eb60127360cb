import { parseDurationMs } from '../../load/duration.ts'
import { InputError } from '../../input-error.ts'
import { findRun, runPathsIn } from '../../run-file/read/find-run.ts'
import { EXIT, type ExitCode } from '../../exit-code.ts'
import { printable } from '../../printable.ts'
import { printableRun } from '../../run-file/printable-run.ts'
import { readRunFile } from '../../run-file/read/read-run-file.ts'
import { renderRun, renderRunByStretches, renderRunList } from '../../report/terminal/runs.ts'
import { print } from '../../report/terminal/print.ts'
import { summariseRuns } from '../../report/summarise-runs.ts'
import { pagePathOf, RunPageWriter } from '../../report/html/write-run-page.ts'
import { mergeRunFiles } from '../../report/merge-run-files.ts'
import { runFolder, runFolderToRead } from '../folders.ts'
import { writeOutput } from './write-output.ts'

/** Prints one line per run of the folder, and the reason for each unreadable file on standard error. */
export async function listRuns(flags: { results?: string; json?: true }): Promise<ExitCode> {
  const list = await summariseRuns(runPathsIn(runFolderToRead(flags.results)))
  if (flags.json === true) {
    writeOutput(`${JSON.stringify(list, null, 2)}\n`, undefined)
    return EXIT.good
  }
  print(renderRunList(list.runs))
  for (const { message } of list.broken) process.stderr.write(`left out: ${message}\n`)
  return EXIT.good
}

/** The options of `results show`. */
export interface ShowFlags {
  readonly results?: string
  readonly every?: string
}

/** Prints the report of a run, or how its figures changed over time. */
export async function showRun(name: string, flags: ShowFlags): Promise<ExitCode> {
  const everySeconds = flags.every === undefined ? null : wholeSeconds(flags.every, '--every')
  const run = printableRun(await readRunFile(findRun(name, runFolderToRead(flags.results))))
  const text = everySeconds === null ? renderRun(run) : renderRunByStretches(run, everySeconds)
  print(text)
  return EXIT.good
}

/** The options of `results report`. */
export interface ReportFlags {
  readonly results?: string
  readonly out?: string
}

/**
 * Writes the report of a run again, from its file, and prints its path.
 * @throws InputError if it can't be written.
 */
export async function writeReport(name: string, flags: ReportFlags): Promise<ExitCode> {
  const runFile = findRun(name, runFolderToRead(flags.results))
  const page = await RunPageWriter.open()
  const path = flags.out ?? pagePathOf(runFile)
  if (!page.write(path, await readRunFile(runFile))) throw new InputError(page.problem ?? '')
  process.stdout.write(`${printable(path)}\n`)
  return EXIT.good
}

/** @throws InputError unless it is whole seconds above 0: a run file has one row per second. */
function wholeSeconds(text: string, what: string): number {
  const seconds = parseDurationMs(text, what) / 1_000
  if (Number.isInteger(seconds) && seconds > 0) return seconds
  throw new InputError(`${what}: "${text}" must be whole seconds, at least 1s.`)
}

/** Adds up the shards of a load. Traces, which `*.json` names too, are taken with the run files that they are beside. */
export async function mergeRuns(
  paths: readonly string[],
  flags: { results?: string },
): Promise<ExitCode> {
  const runFiles = paths.filter((path) => !path.endsWith('.traces.json'))
  const { exitCode } = await mergeRunFiles(runFiles, runFolder(flags.results))
  return exitCode
}
