import { execFile } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { EnvironmentError } from '../../environment/environment-error.ts'

const execute = promisify(execFile)

/** How an arm came by its packages. */
export type Packages = 'installed' | 'linked'

const FLAGS = [
  '--omit=dev',
  '--omit=optional',
  '--ignore-scripts',
  '--prefer-offline',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
]

/** Lines of what npm printed that are shown where it failed. */
const SHOWN_LINES = 8

/**
 * Gives a version the packages of its own lockfile. Where that is the harness's, byte by byte, the
 * harness's packages are linked: they are the same.
 * @param folder of the version: where its package.json is.
 * @param harness the folder of the running checkout.
 * @throws EnvironmentError with the end of what npm printed, if it fails.
 */
export async function installPackages(
  folder: string,
  harness: string,
  signal: AbortSignal,
): Promise<Packages> {
  const own = lockfileOf(folder)
  const installed = join(harness, 'node_modules')
  if (own !== null && own === lockfileOf(harness) && existsSync(installed)) {
    symlinkSync(installed, join(folder, 'node_modules'), 'junction')
    return 'linked'
  }
  // npm tells those that it starts where it is; elsewhere it is on the PATH.
  const npm = process.env['npm_execpath']
  const [program, first] =
    npm?.endsWith('.js') === true ? [process.execPath, [npm]] : (['npm', []] as const)
  try {
    // `npm ci` of its own accord reads the lockfile only, and takes nothing else.
    const options = { cwd: folder, signal, maxBuffer: 64 * 1_024 * 1_024 }
    await execute(program, [...first, 'ci', ...FLAGS], options)
    return 'installed'
  } catch (error) {
    signal.throwIfAborted()
    throw new EnvironmentError(`npm ci failed in ${folder}:\n${lastLines(error)}`)
  }
}

function lockfileOf(folder: string): string | null {
  try {
    return readFileSync(join(folder, 'package-lock.json'), 'utf8')
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
