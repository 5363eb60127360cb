import { join } from 'node:path'
import type { Commit, RunFile } from '../../run-file/run-file.ts'
import { ensureWritableFolder } from '../../run-file/write/results-folder.ts'
import { runIdOf } from '../../run-file/run-id.ts'
import { createRunFile } from '../../run-file/write/write-run-file.ts'
import { RELEASED_NAMES } from '../versions/both.ts'
import type { PreparedVersion } from '../versions/prepare-version.ts'

/**
 * Keeps the run of one version in its own folder. The run's commit becomes the version's; before, it was the
 * harness's.
 * @throws ResultsFolderError
 */
export function keepRun(folder: string, { name, version }: PreparedVersion, run: RunFile): void {
  const ownFolder = join(folder, RELEASED_NAMES[name])
  ensureWritableFolder(ownFolder)
  const commit = commitOf(version)
  const runId = runIdOf(new Date(run.startedAt), commit)
  createRunFile(ownFolder, { ...run, runId, commit, profile: 'gate' })
}

function commitOf(version: PreparedVersion['version']): Commit | null {
  if (version.kind === 'commit') {
    const { sha, short } = version
    return { sha, short, branch: null, isDirty: false }
  }
  const { commit, isChanged } = version
  return commit && { ...commit, branch: null, isDirty: isChanged }
}
