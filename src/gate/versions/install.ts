import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, posix } from 'node:path'
import { promisify } from 'node:util'
import { EnvironmentError } from '../../environment/environment-error.ts'

const execute = promisify(execFile)

/** `linked`: they are the working tree's, because the lockfiles are equal. */
export type PackagesKind = 'installed' | 'linked'

/** A version's packages. */
export interface Packages {
  readonly kind: PackagesKind
  /** The folder that they were installed to; `null` if they are linked. */
  readonly folder: string | null
  /** The text of the lockfile that they are from; `null` without an npm lockfile. */
  readonly lockfile: string | null
}

const LOCKFILE = 'package-lock.json'

/** Files that say which packages a project has. */
export const MANIFESTS = [
  'package.json',
  LOCKFILE,
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
] as const

const FLAGS = [
  '--omit=dev',
  '--omit=optional',
  '--ignore-scripts',
  '--prefer-offline',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
]

/** Lines of npm's output that are shown when it failed. */
const SHOWN_LINES = 8

/**
 * Gives a version the packages of its own lockfile. If that is the working tree's, byte by byte, so are
 * the packages, and nothing is installed.
 * @param version the repository's top folder in that version.
 * @param tree the top folder of the working tree's copy.
 * @param prefix from the top to the project; the lockfile may be above the project, as in workspaces.
 * @throws EnvironmentError with the end of npm's output if it fails, or if the packages are not npm's.
 */
export async function installPackages(
  version: string,
  tree: string,
  prefix: string,
  signal: AbortSignal,
): Promise<Packages> {
  const place = foldersUp(prefix).find((path) => textOf(join(version, path, LOCKFILE)) !== null)
  if (place === undefined) {
    if (areManifestsEqual(version, tree, prefix)) return linked(null)
    throw new EnvironmentError(
      `Packages can't be installed without a ${LOCKFILE}, and package.json or another lockfile differs from the working tree's. Commit a ${LOCKFILE}, or compare versions with the same packages.`,
    )
  }
  const lockfile = textOf(join(version, place, LOCKFILE))
  if (lockfile === textOf(join(tree, place, LOCKFILE))) return linked(lockfile)
  const folder = join(version, place)
  // npm tells its scripts where it is; elsewhere it is on the PATH.
  const npm = process.env['npm_execpath']
  const [program, first] =
    npm?.endsWith('.js') === true ? [process.execPath, [npm]] : (['npm', []] as const)
  // A version may hold a link to other packages, which npm would write to.
  const installed = join(folder, 'node_modules')
  rmSync(installed, { recursive: true, force: true })
  try {
    // `npm ci` reads the lockfile only.
    const options = { cwd: folder, signal, maxBuffer: 64 * 1_024 * 1_024 }
    await execute(program, [...first, 'ci', ...FLAGS], options)
    // npm makes no folder for no packages.
    mkdirSync(installed, { recursive: true })
    return { kind: 'installed', folder: installed, lockfile }
  } catch (error) {
    signal.throwIfAborted()
    throw new EnvironmentError(`npm ci failed in ${folder}:\n${lastLines(error)}`)
  }
}

function linked(lockfile: string | null): Packages {
  return { kind: 'linked', folder: null, lockfile }
}

/** From the project up to the top: `packages/app/` gives `packages/app`, `packages`, `.`. */
function foldersUp(prefix: string): readonly string[] {
  const folder = posix.normalize(prefix === '' ? '.' : prefix.slice(0, -1))
  return folder === '.' ? ['.'] : [folder, ...foldersUp(`${posix.dirname(folder)}/`)]
}

function areManifestsEqual(version: string, tree: string, prefix: string): boolean {
  return foldersUp(prefix).every((path) =>
    MANIFESTS.every((name) => textOf(join(version, path, name)) === textOf(join(tree, path, name))),
  )
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function lastLines(error: unknown): string {
  const printed =
    error instanceof Error && 'stderr' in error && 'stdout' in error
      ? `${String(error.stdout)}${String(error.stderr)}`
      : ''
  const text = printed.trim() === '' && error instanceof Error ? error.message : printed
  return text.trim().split('\n').slice(-SHOWN_LINES).join('\n')
}
