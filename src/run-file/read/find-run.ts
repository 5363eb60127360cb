import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { InputError } from '../../input-error.ts'
import { printable } from '../../printable.ts'
import { readRunFile, RunFileError } from './read-run-file.ts'
import type { RunFile } from '../run-file.ts'
import { typedCommand } from '../../typed-command.ts'

/** A run, and the path of its file. */
export interface ReadRun {
  readonly path: string
  readonly run: RunFile
}

/** Run IDs start with the time; `.10` follows `.2`, which follows an ID without a number. */
const BY_TIME = new Intl.Collator('en', { numeric: true })

/** The JSON files of a folder that may be run files, newest first; traces and schemas are not. */
export function runPathsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter(
        (name) =>
          name.endsWith('.json') &&
          !/(?:schema|\.traces)\.json$/.test(name) &&
          !name.startsWith('.'),
      )
      .map((name) => basename(name, '.json'))
      .toSorted((a, b) => BY_TIME.compare(b, a))
      .map((id) => join(folder, `${id}.json`))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') return []
    const reason = error instanceof Error ? error.message : String(error)
    throw new InputError(`${printable(folder)}: run files can't be listed: ${printable(reason)}`)
  }
}

/**
 * The path of the run that a user names.
 * @param name a path, a run ID in the folder, or a unique start of one.
 * @throws InputError if no run matches, or more than one.
 */
export function findRun(name: string, folder: string): string {
  if (/[/\\]|\.json$/.test(name) || existsSync(name)) return name
  const paths = runPathsIn(folder)
  const ids = new Map(paths.map((path) => [basename(path, '.json'), path]))
  const whole = ids.get(name)
  if (whole !== undefined) return whole
  const matching = [...ids].filter(([id]) => name !== '' && id.startsWith(name))
  const [only, ...others] = matching
  const where = printable(folder)
  if (only === undefined) {
    const known = paths.length === 0 ? 'It holds no runs' : `It has ${listed([...ids.keys()])}`
    throw new InputError(`"${printable(name)}": no run in ${where} begins with that. ${known}.`)
  }
  if (others.length > 0) {
    const candidates = listed(matching.map(([id]) => id))
    throw new InputError(
      `"${printable(name)}": ${matching.length} runs in ${where} begin with that: ${candidates}. Write more of it.`,
    )
  }
  return only[1]
}

/**
 * The newest run of a folder that is complete, has scenarios, and is neither a shard nor excluded.
 * Skips unreadable files.
 * @throws InputError without such a run.
 */
export async function latestRun(folder: string, except: string): Promise<ReadRun> {
  for (const path of runPathsIn(folder)) {
    const run = await readIfSound(path)
    if (run === null || run.runId === except) continue
    const isWhole = run.status === 'complete' && run.generators.kind !== 'shard'
    if (isWhole && run.scenarios.length > 0) return { path, run }
  }
  throw new InputError(
    `${printable(folder)} has no other complete run to compare with. Name one, or measure one: ${typedCommand('bench')}`,
  )
}

async function readIfSound(path: string): Promise<RunFile | null> {
  try {
    return await readRunFile(path)
  } catch (error) {
    if (error instanceof RunFileError) return null
    throw error
  }
}

function listed(ids: readonly string[]): string {
  const shown = ids.slice(0, 4).map(printable).join(', ')
  return ids.length > 4 ? `${shown} and ${ids.length - 4} more` : shown
}
