import { join } from 'node:path'
import type { Commit, RunFile } from '../../run-file/run-file.ts'
import { ensureWritableFolder } from '../../run-file/results-folder.ts'
import { runIdOf } from '../../run-file/run-id.ts'
import { createRunFile } from '../../run-file/write/write-run-file.ts'
import type { Arm } from '../versions/arm.ts'

/**
 * Keeps what an arm measured in a round, in a folder of the arm's. The run says which commit the arm
 * was of; the harness, whose commit it said before, made it.
 * @throws ResultsFolderError
 */
export function keepRun(folder: string, { name, version }: Arm, run: RunFile): void {
  const armFolder = join(folder, name)
  ensureWritableFolder(armFolder)
  const commit = commitOf(version)
  const runId = runIdOf(new Date(run.startedAt), commit)
  createRunFile(armFolder, { ...run, runId, commit, profile: 'gate' })
}

function commitOf(version: Arm['version']): Commit | null {
  if (version.kind === 'commit') {
    const { sha, short } = version
    return { sha, short, branch: null, isDirty: false }
  }
  const { commit, isChanged } = version
  return commit && { ...commit, branch: null, isDirty: isChanged }
}
