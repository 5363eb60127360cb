import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, posix } from 'node:path'
import { promisify } from 'node:util'
import { EnvironmentError } from '../../environment/environment-error.ts'

const execute = promisify(execFile)

/** `linked`: the working tree's packages, because the lockfiles are equal. */
export type PackagesKind = 'installed' | 'linked'

/** A version's packages. */
export interface Packages {
  readonly kind: PackagesKind
  /** The folder of installed packages; `null` if they are linked. */
  readonly folder: string | null
  /** The text of their lockfile; `null` without an npm lockfile. */
  readonly lockfile: string | null
}

const LOCKFILE = 'package-lock.json'

/** Files that determine a project's packages. */
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

/** Lines of npm's output to show if it fails. */
const SHOWN_LINES = 8

/**
 * Gives a version the packages of its own lockfile. If that equals the working tree's, byte by byte, the
 * working tree's packages are linked and nothing is installed.
 * @param version the repository's top folder in that version.
 * @param tree the top folder of the working tree's copy.
 * @param prefix from the top to the project; the lockfile may be above the project, as in workspaces.
 * @throws EnvironmentError with the end of npm's output if it fails, or without an npm lockfile.
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
  // npm passes its path to scripts; otherwise it is on the PATH.
  const npm = process.env['npm_execpath']
  const [program, first] =
    npm?.endsWith('.js') === true ? [process.execPath, [npm]] : (['npm', []] as const)
  // A version may contain a link to other packages, which npm would overwrite.
  const installed = join(folder, 'node_modules')
  rmSync(installed, { recursive: true, force: true })
  try {
    // `npm ci` reads the lockfile only.
    const options = { cwd: folder, signal, maxBuffer: 64 * 1_024 * 1_024 }
    await execute(program, [...first, 'ci', ...FLAGS], options)
    // npm creates no folder without packages.
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
