import { readdirSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { TestProject, TestSpecification, Vitest } from 'vitest/node'
import { InputError } from '../../input-error.ts'
import { isInstalled } from '../../installed.ts'

/** Vitest's name for the project that a kind of file belongs to; `bench` is its own addition. */
const PROJECTS = { load: 'load', bench: 'micro (bench)' } as const

const FILES = { load: /\.load\.[cm]?[jt]sx?$/, bench: /\.bench\.ts$/ } as const

const CALLED = { load: 'scenario', bench: 'benchmark' } as const

/** `load`: scenarios, `*.load.ts`; `bench`: micro-benchmarks, `*.bench.ts`. */
export type ScenarioKind = keyof typeof PROJECTS

/** The folder of scenarios: `bench/` in the repository, the current one where the package is installed. */
export function scenarioFolder(env: Readonly<Record<string, string | undefined>>): string {
  return resolve(env['BENCH_SCENARIOS'] || (isInstalled ? '.' : 'bench'))
}

/**
 * The files whose path below the folder contains one of the names, or whose path begins with one. Without
 * names: in the repository, the files directly in the folder; where the package is installed, all files.
 * Names and folders are never patterns.
 * @throws InputError without such a folder or file.
 */
export function scenarioFiles(
  folder: string,
  kinds: readonly ScenarioKind[],
  names: readonly string[],
): readonly string[] {
  const all = filesOf(folder).filter((path) => kinds.some((kind) => FILES[kind].test(path)))
  const files =
    names.length === 0
      ? all.filter((path) => isInstalled || dirname(path) === folder)
      : all.filter((path) => names.some((name) => isNamed(path, name, folder)))
  if (files.length > 0) return files
  throw new InputError(
    names.length === 0
      ? `${folder} holds no ${kinds.map((kind) => `${CALLED[kind]} (*.${kind}.ts)`).join(' and no ')}.`
      : `No ${kinds.map((kind) => CALLED[kind]).join(' or ')} has "${names.join('", "')}" in its name.`,
  )
}

/** Makes Vitest run exactly these files, whatever characters their paths contain. */
export function specificationsOf(
  vitest: Vitest,
  files: readonly string[],
): readonly TestSpecification[] {
  return files.map((path) => {
    const kind = FILES.bench.test(path) ? 'bench' : 'load'
    return projectOf(vitest, kind).createSpecification(path.replaceAll(sep, '/'))
  })
}

/** The names of the projects for kinds of files, as Vitest's option `project` takes them. */
export function projectNames(kinds: readonly ScenarioKind[]): string[] {
  return kinds.map((kind) => PROJECTS[kind])
}

function projectOf(vitest: Vitest, kind: ScenarioKind): TestProject {
  const project = vitest.projects.find(({ name }) => name === PROJECTS[kind])
  if (project !== undefined) return project
  throw new TypeError(`vitest.config.ts has no project "${PROJECTS[kind]}"`)
}

function isNamed(path: string, name: string, folder: string): boolean {
  const place = relative(folder, path).replaceAll(sep, '/').toLowerCase()
  return place.includes(name.replaceAll(sep, '/').toLowerCase()) || path.startsWith(resolve(name))
}

function filesOf(folder: string): readonly string[] {
  try {
    return filesBelow(folder).toSorted()
  } catch {
    throw new InputError(`There is no folder ${folder} to take scenarios from.`)
  }
}

/** All files except those of packages and in hidden folders. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (!entry.isDirectory()) return [path]
    return entry.name === 'node_modules' || entry.name.startsWith('.') ? [] : filesBelow(path)
  })
}
