import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { InputError } from '../input-error.ts'
import { RESULTS_FOLDER } from '../run-file/write/results-folder.ts'

/** How help describes an argument that names a run. */
export const RUN_ARGUMENT = 'a path, a run id, or the beginning of exactly one run id'

/** How help describes `--results` where run files are read. */
export const RESULTS_TO_READ = 'the folder of run files; BENCH_RESULTS or results/ by default'

/**
 * The folder of run files.
 * @param flag the option's value, if given.
 * @param option the option's name, for the message.
 * @throws InputError if the option is empty, such as from an unset shell variable.
 */
export function runFolder(
  flag: string | undefined,
  option = '--results',
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  if (flag === '') throw new InputError(`${option}: is empty. Name a folder, such as results.`)
  return resolve(flag ?? (env['BENCH_RESULTS'] || RESULTS_FOLDER))
}

/**
 * The folder of run files to read.
 * @param flag the value of `--results`, if given.
 * @throws InputError if the named folder does not exist: a typo would look like an empty folder.
 */
export function runFolderToRead(flag: string | undefined): string {
  const folder = runFolder(flag)
  if (flag === undefined || existsSync(folder)) return folder
  throw new InputError(`--results: there is no folder ${folder}.`)
}
