import { join } from 'node:path'
import type { Commit, RunFile } from '../../run-file/run-file.ts'
import { ensureWritableFolder } from '../../run-file/write/results-folder.ts'
import { runIdOf } from '../../run-file/run-id.ts'
import { createRunFile } from '../../run-file/write/write-run-file.ts'
import { RELEASED_NAMES } from '../versions/both.ts'
import type { PreparedVersion } from '../versions/prepare-version.ts'

/** A version's run as it is kept: its commit becomes the version's; before, it was the harness's. */
export function asKept({ version }: PreparedVersion, run: RunFile): RunFile {
  const commit = commitOf(version)
  return { ...run, runId: runIdOf(new Date(run.startedAt), commit), commit, profile: 'gate' }
}

/**
 * Keeps the run of one version in its own folder.
 * @throws ResultsFolderError
 */
export function keepRun(folder: string, version: PreparedVersion, run: RunFile): void {
  const ownFolder = join(folder, RELEASED_NAMES[version.name])
  ensureWritableFolder(ownFolder)
  createRunFile(ownFolder, asKept(version, run))
}

function commitOf(version: PreparedVersion['version']): Commit | null {
  if (version.kind === 'commit') {
    const { sha, short } = version
    return { sha, short, branch: null, isDirty: false }
  }
  const { commit, isChanged } = version
  return commit && { ...commit, branch: null, isDirty: isChanged }
}
