import { readdirSync, realpathSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import { InputError } from '../../input-error.ts'

/** The end of a scenario's file. */
const SUFFIX = /\.load\.[cm]?[jt]sx?$/

/**
 * Finds scenario files by name: by the whole name of a file, such as `mixed`, else by part of its path; all without
 * names.
 * @returns real paths.
 * @throws InputError if a name matches no file, or the folder can't be read.
 */
export function scenarioFiles(folder: string, names: readonly string[]): readonly string[] {
  const paths = listScenarios(folder)
  if (names.length === 0) return paths.map((path) => realpathSync(join(folder, path)))
  const chosen = names.flatMap((name) => {
    const whole = paths.filter((path) => nameOf(path) === name)
    const found = whole.length > 0 ? whole : paths.filter((path) => path.includes(name))
    if (name !== '' && found.length > 0) return found
    const known = paths.map(nameOf).join(', ')
    throw new InputError(
      `--scenarios: no scenario has "${name}" in its name. Choose from ${known}.`,
    )
  })
  return [...new Set(chosen)].map((path) => realpathSync(join(folder, path)))
}

function nameOf(path: string): string {
  return basename(path).replace(SUFFIX, '')
}

function listScenarios(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll(sep, '/'))
      .filter((path) => SUFFIX.test(path) && !/(^|\/)node_modules\//.test(path))
      .toSorted()
  } catch {
    throw new InputError(`The folder of scenarios ${folder} can't be read. Check BENCH_SCENARIOS.`)
  }
}
