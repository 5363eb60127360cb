import { git } from './git.ts'
import type { Commit } from '../run-file.ts'

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
