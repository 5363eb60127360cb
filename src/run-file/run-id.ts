import type { Commit, Generators } from './run-file.ts'

/**
 * A run's name, and that of its files: `20260102T030405Z-0a1b2c3`, with `-dirty` if the work tree
 * differs from the commit, `-nogit` in place of a commit if there is none, and `-2of5` of a shard.
 * Sorts by time. Other runs may have the same name: `createRunFile` gives each one of its own.
 */
export function runIdOf(
  startedAt: Date,
  commit: Commit | null,
  generators: Generators = { kind: 'one' },
): string {
  const version = commit === null ? 'nogit' : commit.short + (commit.isDirty ? '-dirty' : '')
  const shard = generators.kind === 'shard' ? `-${generators.shard}of${generators.of}` : ''
  return `${timestampOf(startedAt)}-${version}${shard}`
}

/** The name of the n-th run, n ≥ 1, of those that would have the same: `.2`, `.3` and so on is added. */
export function numberedRunId(runId: string, n: number): string {
  return n === 1 ? runId : `${runId}.${n}`
}

/** `20260102T030405Z` */
export function timestampOf(moment: Date): string {
  return moment.toISOString().replace(/[-:]|\.\d+/g, '')
}
