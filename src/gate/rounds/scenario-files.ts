import { readdirSync, realpathSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import { InputError } from '../../input-error.ts'

const SUFFIX = '.load.ts'

/**
 * Finds scenario files by name: by the whole name of a file, such as `mixed`, else by part of its path.
 * @returns real paths.
 * @throws InputError if a name matches no file, or the folder can't be read.
 */
export function scenarioFiles(folder: string, names: readonly string[]): readonly string[] {
  const paths = listScenarios(folder)
  const chosen = names.flatMap((name) => {
    const whole = paths.filter((path) => basename(path, SUFFIX) === name)
    const found = whole.length > 0 ? whole : paths.filter((path) => path.includes(name))
    if (name !== '' && found.length > 0) return found
    const known = paths.map((path) => basename(path, SUFFIX)).join(', ')
    throw new InputError(
      `--scenarios: no scenario has "${name}" in its name. Choose from ${known}.`,
    )
  })
  return [...new Set(chosen)].map((path) => realpathSync(join(folder, path)))
}

function listScenarios(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith(SUFFIX))
      .map((path) => path.replaceAll(sep, '/'))
      .toSorted()
  } catch {
    throw new InputError(`The folder of scenarios ${folder} can't be read. Check BENCH_SCENARIOS.`)
  }
}
