import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { InputError } from '../../input-error.ts'
import { git } from '../../run-file/provenance/git.ts'

/** Where a project's versions come from. */
export interface Repository {
  /** The project's folder in the working tree: a real path. */
  readonly project: string
  /** The repository's top folder. */
  readonly top: string
  /** From the top to the project: empty, or with a final `/`. */
  readonly prefix: string
}

/**
 * The repository that a project's folder belongs to.
 * @throws InputError if it belongs to none, or git is not installed.
 */
export async function openRepository(folder: string): Promise<Repository> {
  try {
    const prefix = await git(folder, ['rev-parse', '--show-prefix'])
    const project = realpathSync(folder)
    const up = prefix.split('/').slice(0, -1).fill('..')
    return { project, top: resolve(project, ...up), prefix }
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw new InputError(
      isMissing
        ? 'git is not on the PATH; the gate takes the versions that it compares from a git repository.'
        : `${folder} is not in a git repository; the gate takes the versions that it compares from one.`,
    )
  }
}

/** A commit: the ref it was asked for by, e.g. `main`, and its hash. */
export interface NamedCommit {
  readonly ref: string
  readonly sha: string
  readonly short: string
  /** Whether it is checked out, so that the project's other files are of the same version. */
  readonly isCheckedOut: boolean
}

/**
 * The commit that a ref names.
 * @param option for the error, e.g. `--base`.
 * @throws InputError if git knows none.
 */
export async function resolveCommit(
  { project }: Repository,
  ref: string,
  option: string,
): Promise<NamedCommit> {
  try {
    const sha = await git(project, ['rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`])
    const short = await git(project, ['rev-parse', '--short=7', sha])
    return { ref, sha, short, isCheckedOut: sha === (await git(project, ['rev-parse', 'HEAD'])) }
  } catch {
    throw new InputError(
      `${option}: git knows no commit "${ref}". Fetch it first, or name another branch, tag or commit.`,
    )
  }
}
