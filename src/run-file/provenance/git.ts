import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Commit } from '../run-file.ts'

const execute = promisify(execFile)

/** Variables that say how git is run, rather than what it works on. */
const KEPT = new Set([
  'GIT_ASKPASS',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_CONFIG_SYSTEM',
  'GIT_EXEC_PATH',
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'GIT_SSH_VARIANT',
  'GIT_TERMINAL_PROMPT',
])

/**
 * What git prints for a command about the repository that a folder is in, without the final newline.
 * Whatever the environment says of repositories, as it does in a hook or by GIT_DIR, is not passed on.
 * @param options.timeoutMs after so long, git is ended. Default: never.
 * @param options.indexFile path of the index to use. Default: the repository's own.
 * @throws what `execFile` throws: `code` is git's exit code, or ENOENT if there is no git.
 */
export async function git(
  folder: string,
  args: readonly string[],
  { timeoutMs = 0, indexFile }: { readonly timeoutMs?: number; readonly indexFile?: string } = {},
): Promise<string> {
  const { stdout } = await execute('git', args, {
    cwd: folder,
    timeout: timeoutMs,
    maxBuffer: 64 * 1_024 * 1_024,
    env: {
      ...gitEnvironment(process.env),
      ...(indexFile === undefined ? {} : { GIT_INDEX_FILE: indexFile }),
    },
  })
  return stdout.replace(/\r?\n$/, '')
}

/**
 * An environment in which git finds its repository by the folder alone: without any of the variables
 * of `git rev-parse --local-env-vars`, those about where to look, and any that a later git may have.
 */
export function gitEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name]) => {
    const upper = name.toUpperCase()
    return !upper.startsWith('GIT_') || KEPT.has(upper)
  })
  // Looking must not take the repository's lock from a user's own git command.
  return { ...Object.fromEntries(kept), GIT_OPTIONAL_LOCKS: '0' }
}

/**
 * The commit checked out in a folder, and whether anything there (untracked files included) is not
 * part of it. Outside of a repository, before the first commit, or without a git that answers within
 * 5 s, the one that `PRISM_LOADTEST_COMMIT` says (40 hexadecimal digits, and `-dirty`), as an image
 * does; otherwise `null`: a run is worth as much without.
 */
export async function readCommit(folder: string): Promise<Commit | null> {
  try {
    const ask = (...args: readonly string[]) => git(folder, args, { timeoutMs: 5_000 })
    const [sha, short, branch, changes] = await Promise.all([
      ask('rev-parse', 'HEAD'),
      ask('rev-parse', '--short=7', 'HEAD'),
      ask('symbolic-ref', '--quiet', '--short', 'HEAD').catch(() => null),
      ask('status', '--porcelain'),
    ])
    return { sha, short, branch, isDirty: changes !== '' }
  } catch {
    return builtFrom(process.env['PRISM_LOADTEST_COMMIT'] ?? '')
  }
}

function builtFrom(text: string): Commit | null {
  const [, sha, dirty] = /^([0-9a-f]{40})(-dirty)?$/.exec(text) ?? []
  if (sha === undefined) return null
  return { sha, short: sha.slice(0, 7), branch: null, isDirty: dirty !== undefined }
}
