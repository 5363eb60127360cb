import { InputError } from '../../load/input-error.ts'
import { git } from '../../results/git.ts'

/** Where a project's versions come from. */
export interface Repository {
  /** The project's folder in the working tree. */
  readonly project: string
  /** From the repository's top to the project's folder: empty, or with a final `/`. */
  readonly prefix: string
}

/**
 * The repository that a project's folder belongs to.
 * @throws InputError if it is in none, or there is no git.
 */
export async function openRepository(project: string): Promise<Repository> {
  try {
    return { project, prefix: await git(project, ['rev-parse', '--show-prefix']) }
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw new InputError(
      isMissing
        ? 'git is not on the PATH; the gate takes the versions that it compares from a git repository.'
        : `${project} is not in a git repository; the gate takes the versions that it compares from one.`,
    )
  }
}

/** A commit by what it was asked for, e.g. `main`, and by what that is. */
export interface NamedCommit {
  readonly ref: string
  readonly sha: string
  readonly short: string
}

/**
 * The commit that a ref names.
 * @param option for the error, e.g. `--base`.
 * @throws InputError if there is none.
 */
export async function resolveCommit(
  { project }: Repository,
  ref: string,
  option: string,
): Promise<NamedCommit> {
  try {
    const sha = await git(project, ['rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`])
    return { ref, sha, short: await git(project, ['rev-parse', '--short=7', sha]) }
  } catch {
    throw new InputError(
      `${option}: git knows no commit "${ref}". Fetch it first, or name another branch, tag or commit.`,
    )
  }
}
