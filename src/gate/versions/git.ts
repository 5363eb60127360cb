import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { InputError } from '../../input-error.ts'
import { git } from '../../run-file/provenance/git.ts'

/** The repository that has a project's versions. */
export interface Repository {
  /** The project's folder in the working tree: a real path. */
  readonly project: string
  /** The repository's top folder. */
  readonly top: string
  /** Path from the top to the project: empty, or with a final `/`. */
  readonly prefix: string
}

/**
 * Opens the repository of a project's folder.
 * @throws InputError if the folder is not in a repository, or git is not installed.
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
        ? 'git is not on the PATH. The gate takes both versions from a git repository.'
        : `${folder} is not in a git repository. The gate takes both versions from one.`,
    )
  }
}

/** A commit, with the ref that named it, such as `main`. */
export interface NamedCommit {
  readonly ref: string
  readonly sha: string
  readonly short: string
  /** It is checked out, so the project's other files have the same version. */
  readonly isCheckedOut: boolean
}

/**
 * Resolves a ref to a commit.
 * @param option for the error message, such as `--base`.
 * @throws InputError if git doesn't know the ref.
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
