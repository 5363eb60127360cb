import { git } from '../../run-file/provenance/git.ts'
import type { NamedCommit, Repository } from './git.ts'
import { MANIFESTS } from './install.ts'

/** The source of one version of a comparison. */
export type Version =
  | ({ readonly kind: 'commit' } & NamedCommit)
  /** The files as they are, committed or not; `commit` is the one that is checked out. */
  | {
      readonly kind: 'working-tree'
      readonly commit: { readonly sha: string; readonly short: string } | null
      /** Whether the subject or the packages differ from that commit's. */
      readonly isChanged: boolean
    }

/**
 * The files as they are, to be compared with a commit.
 * @param subject paths in the project.
 */
export async function workingTree(
  { project }: Repository,
  subject: readonly string[],
): Promise<Version> {
  try {
    const sha = await git(project, ['rev-parse', 'HEAD'])
    const short = await git(project, ['rev-parse', '--short=7', 'HEAD'])
    const paths = [...subject, ...MANIFESTS]
    const status = ['--literal-pathspecs', 'status', '--porcelain', '--', ...paths]
    const changes = await git(project, status)
    return { kind: 'working-tree', commit: { sha, short }, isChanged: changes !== '' }
  } catch {
    // Before the first commit.
    return { kind: 'working-tree', commit: null, isChanged: true }
  }
}

/** A version's name for people: `main (0a1b2c3)`, `working tree (0a1b2c3 and changes)`. */
export function describeVersion(version: Version): string {
  if (version.kind === 'commit') {
    const { ref, sha, short } = version
    return sha.startsWith(ref) ? short : `${ref} (${short})`
  }
  const { commit, isChanged } = version
  if (commit === null) return 'working tree'
  return `working tree (${commit.short}${isChanged ? ' and changes' : ''})`
}
