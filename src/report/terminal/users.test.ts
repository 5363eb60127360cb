import { expect, test } from 'vitest'
import { closedModel, loadResult } from '../../load/testing/result-fixture.ts'
import type { ClosedModel } from '../../load/load-model.ts'
import { serializeLoadResult } from '../../run-file/json/load-result-json.ts'
import { renderUsers } from './users.ts'

function render(overrides: Partial<ClosedModel> = {}): string | null {
  return renderUsers(serializeLoadResult(loadResult({ a: {} }, { model: closedModel(overrides) })))
}

test('an open load has no lines about users', () => {
  expect(renderUsers(serializeLoadResult(loadResult({ a: {} })))).toBeNull()
})

test('shows the model, and how iterations ended', () => {
  expect(render()).toBe(
    [
      '  closed load: times begin when a step does; while the system stalls, users wait and send nothing',
      '  iterations: 90 completed, 2 cut short by a step, 8 under way at the end; P50 ~5.00 ms, P95 ~5.00 ms, P99 ~5.00 ms without think time',
    ].join('\n'),
  )
})

test('names users that could not be set up or torn down, and why', () => {
  const errors = [{ code: 'DENIED', count: 2, sample: 'who are you?' }]
  const setUp = { users: 10, ok: 7, failed: 2, timedOut: 1, notDone: 0, errors }
  const tearDown = { users: 7, ok: 5, failed: 0, timedOut: 1, notDone: 1, errors: [] }
  const text = render({ setUp, tearDown })
  expect(text).toContain('set up 7 of 10 users: DENIED 2 (who are you?), timed out 1')
  expect(text).toContain('torn down 5 of 7 users: timed out 1, not done 1')
})
