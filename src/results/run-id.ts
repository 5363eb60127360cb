import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Commit, Generators } from './run-file.ts'

/**
 * A run's name, and that of its files: `20260102T030405Z-0a1b2c3`, with `-dirty` if the work tree
 * differs from the commit, `-nogit` in place of a commit if there is none, and `-2of5` of a share.
 * Sorts by time.
 * Where the folder holds a run of that name, `.2`, `.3` and so on is added.
 */
export function newRunId(
  folder: string,
  startedAt: Date,
  commit: Commit | null,
  generators: Generators = { kind: 'one' },
): string {
  const moment = startedAt.toISOString().replace(/[-:]|\.\d+/g, '')
  const version = commit === null ? 'nogit' : commit.short + (commit.isDirty ? '-dirty' : '')
  const share = generators.kind === 'share' ? `-${generators.share}of${generators.of}` : ''
  const id = `${moment}-${version}${share}`
  const isTaken = (candidate: string) => existsSync(join(folder, `${candidate}.json`))
  if (!isTaken(id)) return id
  let number = 2
  while (isTaken(`${id}.${number}`)) number += 1
  return `${id}.${number}`
}
