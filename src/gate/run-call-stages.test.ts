import { expect, test } from 'vitest'
import { runCallStages, type CallTask } from './run-call-stages.ts'
import { STAGES } from './gate-options.ts'

const TASK: CallTask = {
  stages: STAGES,
  operations: ['register'],
  folders: { baseline: '/baseline', candidate: '/candidate' },
  backends: { kind: 'memory', notice: 'no servers' },
  unavailable: null,
}

async function stagesOf(task: CallTask): Promise<readonly unknown[]> {
  const progress = { note: () => {}, live: () => {} }
  const { signal } = new AbortController()
  return Object.values(await runCallStages(task, progress, () => {}, signal))
}

test('without real servers the evidence is missing, which is not a pass', async () => {
  for (const stage of await stagesOf(TASK)) {
    expect(stage).toEqual({ kind: 'skipped', why: 'there are no real servers', isMissed: true })
  }
})

test('stages that were not requested, or do not apply to another subject, are not missing', async () => {
  const stages = [
    ...(await stagesOf({ ...TASK, stages: ['rounds'] })),
    ...(await stagesOf({ ...TASK, unavailable: 'no registry' })),
  ]
  expect(stages).toHaveLength(6)
  for (const stage of stages) expect(stage).toMatchObject({ kind: 'skipped', isMissed: false })
})
