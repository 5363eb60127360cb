import type { Commit, Generators } from './run-file.ts'

/**
 * The name of a run and its files: `20260102T030405Z-0a1b2c3`, with `-dirty` if the work tree differs from the
 * commit, `-nogit` without a commit, and `-2of5` for a shard. Sorts by time. Not unique: `createRunFile` adds a
 * number if it is taken.
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

/** The name of the n-th run, n ≥ 1, with the same ID: from the second on, with `.2`, `.3` and so on. */
export function numberedRunId(runId: string, n: number): string {
  return n === 1 ? runId : `${runId}.${n}`
}

/** `20260102T030405Z` */
export function timestampOf(moment: Date): string {
  return moment.toISOString().replace(/[-:]|\.\d+/g, '')
}
