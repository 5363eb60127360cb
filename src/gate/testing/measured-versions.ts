import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import {
  prepareVersion,
  type PreparedVersion,
  type VersionPlan,
} from '../versions/prepare-version.ts'
import { openRepository, resolveCommit } from '../versions/git.ts'
import { workingTree } from '../versions/version.ts'

/** A folder of the test's own, removed afterwards. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gate-versions-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/**
 * Prepares a version as the gate does.
 * @param ref a commit; `null`: the working tree.
 * @param workspace shared by the versions of a comparison.
 */
export async function versionForTests(
  {
    name,
    ref,
    workspace,
  }: { name: PreparedVersion['name']; ref: string | null; workspace: string },
  project: string,
  plan: VersionPlan,
): Promise<PreparedVersion> {
  const repository = await openRepository(project)
  const version =
    ref === null
      ? await workingTree(repository, plan.subject)
      : ({ kind: 'commit', ...(await resolveCommit(repository, ref, '--base')) } as const)
  const { signal } = new AbortController()
  return prepareVersion({ name, version }, repository, workspace, plan, signal)
}
