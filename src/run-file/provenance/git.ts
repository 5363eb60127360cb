import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Commit } from '../run-file.ts'

const execute = promisify(execFile)

/** Variables that control how git runs, rather than which repository it uses. */
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
 * Runs git for the repository that holds a folder, and returns its output without the final newline. Ignores
 * repositories that the environment names, as in a hook or by GIT_DIR.
 * @param options.timeoutMs git is killed after this time. Default: never.
 * @param options.indexFile path of the index to use. Default: the repository's own.
 * @throws the error of `execFile`: `code` is git's exit code, or ENOENT if git is missing.
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
 * An environment in which git finds its repository by the folder alone: without the variables of
 * `git rev-parse --local-env-vars`, those about where to look, and any that a later git may add.
 */
export function gitEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name]) => {
    const upper = name.toUpperCase()
    return !upper.startsWith('GIT_') || KEPT.has(upper)
  })
  // Reading must not take the repository's lock, which a user's own git command may need.
  return { ...Object.fromEntries(kept), GIT_OPTIONAL_LOCKS: '0' }
}

/**
 * The commit checked out in a folder, and whether the work tree (untracked files included) differs from it. Outside
 * a repository, before the first commit, or if git does not answer within 5 s: the commit in
 * `PRISM_LOADTEST_COMMIT` (40 hexadecimal digits, optionally with `-dirty`), as container images set it; else `null`.
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
