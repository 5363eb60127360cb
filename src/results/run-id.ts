import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Commit } from './run-file.ts'

/**
 * A run's name, and that of its files: `20260102T030405Z-0a1b2c3`, with `-dirty` if the work tree
 * differs from the commit and `-nogit` in place of a commit if there is none. Sorts by time.
 * Where the folder holds a run of that name, `.2`, `.3` and so on is added.
 */
export function newRunId(folder: string, startedAt: Date, commit: Commit | null): string {
  const moment = startedAt.toISOString().replace(/[-:]|\.\d+/g, '')
  const version = commit === null ? 'nogit' : commit.short + (commit.isDirty ? '-dirty' : '')
  const id = `${moment}-${version}`
  const isTaken = (candidate: string) => existsSync(join(folder, `${candidate}.json`))
  if (!isTaken(id)) return id
  let number = 2
  while (isTaken(`${id}.${number}`)) number += 1
  return `${id}.${number}`
}
