import { spawnSync } from 'node:child_process'
import { EnvironmentError } from '../../src/environment/environment-error.ts'

/** What a call of kubectl printed and how it ended. */
export interface Called {
  readonly out: string
  readonly error: string
  readonly isOk: boolean
}

/** Calls kubectl without a check of how it ends. @throws EnvironmentError if there is none. */
export function tryKubectl(args: readonly string[], input = ''): Called {
  const { error, status, stdout, stderr } = spawnSync('kubectl', args, { encoding: 'utf8', input })
  if (error !== undefined) {
    throw new EnvironmentError(
      `kubectl can't be run (${error.message}): install it, and put it on the PATH`,
    )
  }
  return { out: stdout.trim(), error: stderr.trim(), isOk: status === 0 }
}

/** Calls kubectl. @returns what it printed. @throws EnvironmentError if it fails. */
export function kubectl(args: readonly string[], input = ''): string {
  const { out, error, isOk } = tryKubectl(args, input)
  if (!isOk) throw new EnvironmentError(`kubectl ${args.join(' ')} failed: ${error || out}`)
  return out
}
