import { join } from 'node:path'
import { InputError } from '../../input-error.ts'
import { didYouMean } from '../../nearest-name.ts'
import {
  EXPORT_FORMATS,
  FORMAT_NAMES,
  type ExportFormat,
  type FormatName,
} from '../../report/export/export-formats.ts'
import { exportedLoads } from '../../report/export/exported-loads.ts'
import type { ExportedFile } from '../../report/export/percentile-logs.ts'
import { findRun } from '../../run-file/read/find-run.ts'
import { EXIT, type ExitCode } from '../../exit-code.ts'
import { printable } from '../../printable.ts'
import { readRunFile } from '../../run-file/read/read-run-file.ts'
import { ensureWritableFolder } from '../../run-file/write/results-folder.ts'
import type { RunFile } from '../../run-file/run-file.ts'
import { runFolderToRead } from '../folders.ts'
import { writeOutput } from './write-output.ts'

/** Formats with options of their own, as in other commands. */
const WITH_OPTION = ['csv', 'intervals', 'metrics', 'json'] as const

/** The options of `results export`. */
export type ExportFlags = {
  readonly results?: string
  readonly format?: string
  readonly out?: string
  readonly allowInvalid?: true
} & { readonly [form in (typeof WITH_OPTION)[number]]?: true }

/**
 * Writes a run in another form. Forms without room for a verdict refuse untrusted figures, except with
 * `--allow-invalid`.
 */
export async function exportRun(name: string, flags: ExportFlags): Promise<ExitCode> {
  const formatName = formatOf(flags)
  const format: ExportFormat = EXPORT_FORMATS[formatName]
  const run = await readRunFile(findRun(name, runFolderToRead(flags.results)))
  if (format.ignoresVerdict && !mayLeave(run, formatName, flags.allowInvalid === true)) {
    return EXIT.inconclusive
  }
  const written = format.write(run)
  if (written === null) {
    throw new InputError(
      `export: ${printable(run.runId)} ${lackOf(formatName)}: nothing to export.`,
    )
  }
  if (typeof written !== 'string') writeFiles(written, formatName, flags.out)
  else {
    writeOutput(written, flags.out)
    if (flags.out !== undefined) say(printable(flags.out))
  }
  return EXIT.good
}

/** Why a run has nothing to export. */
function lackOf(format: FormatName): string {
  switch (format) {
    case 'slo':
      return 'judged no bound'
    case 'faults':
      return 'was given no fault'
    case 'metrics':
      return 'wrote no check, tag or metric'
    case 'micro':
      return 'ran no micro-benchmark'
    default:
      return 'measured no load'
  }
}

/** @throws InputError unless exactly one format is given. */
function formatOf(flags: ExportFlags): FormatName {
  const asked = [
    ...(flags.format === undefined ? [] : [flags.format]),
    ...WITH_OPTION.filter((form) => flags[form]),
  ]
  const [only, ...others] = asked
  if (only === undefined || others.length > 0) {
    throw new InputError(`export: give one --format: ${FORMAT_NAMES.join(', ')}.`)
  }
  const known = FORMAT_NAMES.find((format) => format === only)
  if (known !== undefined) return known
  const hint = didYouMean(only, FORMAT_NAMES)
  throw new InputError(
    `--format: "${printable(only)}" is not one of ${FORMAT_NAMES.join(', ')}.${hint}`,
  )
}

/** Prints what can't be trusted. @returns whether the run may be exported anyway. */
function mayLeave(run: RunFile, format: FormatName, isAllowed: boolean): boolean {
  const untrusted = exportedLoads(run).flatMap(({ name, distrust }) =>
    distrust === null ? [] : [`"${printable(name)}": ${printable(distrust)}`],
  )
  for (const reason of untrusted) say(`${isAllowed ? 'warning: ' : 'not exported: '}${reason}`)
  if (untrusted.length === 0 || isAllowed) return true
  say(`Readers of ${format} take all figures as valid. To export them anyway: --allow-invalid`)
  return false
}

function writeFiles(files: readonly ExportedFile[], format: FormatName, folder?: string): void {
  if (folder === undefined || folder === '') {
    throw new InputError(
      `export: ${format} is ${files.length} files here: name a folder by --out, such as --out ${format}.`,
    )
  }
  ensureWritableFolder(folder)
  for (const { name, text } of files) {
    const path = join(folder, name)
    writeOutput(text, path)
    say(printable(path))
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
