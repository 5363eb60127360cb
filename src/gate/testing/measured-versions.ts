import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { prepareArm, type Arm, type ArmPlan } from '../versions/arm.ts'
import { openRepository, resolveCommit } from '../versions/git.ts'
import { workingTree } from '../versions/version.ts'

/** A folder of the test's own, removed afterwards. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gate-arms-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/**
 * An arm as the gate prepares it.
 * @param ref a commit; `null`: the working tree.
 * @param workspace shared by the arms of a comparison.
 */
export async function armForTests(
  { name, ref, workspace }: { name: Arm['name']; ref: string | null; workspace: string },
  project: string,
  plan: ArmPlan,
): Promise<Arm> {
  const repository = await openRepository(project)
  const version =
    ref === null
      ? await workingTree(repository, plan.subject)
      : ({ kind: 'commit', ...(await resolveCommit(repository, ref, '--base')) } as const)
  const { signal } = new AbortController()
  return prepareArm({ name, version }, repository, workspace, plan, signal)
}
