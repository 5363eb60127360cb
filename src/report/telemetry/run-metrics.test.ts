import { expect, test } from 'vitest'
import { runOf, scenarioOf } from '../../run-file/testing/run-fixture.ts'
import type { RunEvent } from '../live/run-event.ts'
import { interval, LOAD_STARTED, progress, RUNNING } from '../live/testing/run-events.ts'
import { RunMetrics } from './run-metrics.ts'

function started(runId: string): RunEvent {
  return { event: 'run-started', run: runOf([], { runId }), scenarios: 1, microFiles: 0 }
}

/** Receipts and times of the operation `a` in one second; all of a load's so far. */
function exact(received: number, count: number) {
  const operation = 'a'
  return {
    receipts: [{ operation, expected: 9, received }],
    times: [{ operation, response: [300, count], service: [200, count], lateness: [] }],
  }
}

test('the parts of a load are added up while it runs, and the merged run says how it ended', () => {
  const metrics = new RunMetrics()
  const run = metrics.runOfParts(({ runId }) => `merged ${runId}`)
  for (const part of [1, 2]) {
    const tell = run.listenerOf(part)
    tell(started(`part ${part}`))
    tell(LOAD_STARTED)
    const second = interval(0, { planned: 100 + part })
    tell(progress(1, [second], { inFlight: part, exact: exact(4, 50) }))
    tell(progress(2, [], { inFlight: 10 * part, exact: exact(5, 20) }))
  }
  const [load] = metrics.loads
  expect(load?.attributes).toEqual({
    'loadtest.run.id': 'merged part 1',
    'loadtest.scenario': 'buy',
  })
  expect(load?.figures.inFlight).toBe(30)
  const figures = load?.figures.operations.get('a')
  expect(figures).toMatchObject({ asked: 203, achieved: 200 })
  expect(figures?.requests.get('ok')).toBe(200)
  expect(figures?.receipts.get('received')).toBe(10)
  expect(figures?.times.response).toEqual([[300, 140]])

  run.end(runOf([scenarioOf('buy', { counts: { ok: 7 } })]))
  expect(load?.figures).toMatchObject({ isEnded: true, isValid: true, inFlight: 0 })
  expect([...(load?.figures.operations.values() ?? [])][0]?.requests.get('ok')).toBe(7)
})

test('what was told of a run of parts that never merge is kept, as invalid', () => {
  const metrics = new RunMetrics()
  const run = metrics.runOfParts(({ runId }) => runId)
  const tell = run.listenerOf(1)
  tell(started('part'))
  tell(progress(1, [interval(0)]))
  run.end(null)
  expect(metrics.loads[0]?.figures).toMatchObject({ isEnded: true, isValid: false })
  expect(metrics.loads[0]?.figures.operations.get('a')?.requests.get('ok')).toBe(100)
})

test('a run file adds the loads that no event told of', () => {
  const metrics = new RunMetrics()
  const run = runOf([scenarioOf('buy', { counts: { ok: 7 } })])
  metrics.end(run.runId, run, { 'loadtest.version': 'baseline' })
  expect(metrics.loads).toMatchObject([
    {
      attributes: {
        'loadtest.run.id': run.runId,
        'loadtest.scenario': 'buy',
        'loadtest.version': 'baseline',
      },
      figures: { isEnded: true },
    },
  ])
})

test('names of scenarios are unique in a run; the oldest load that has ended is forgotten after 30', () => {
  const metrics = new RunMetrics()
  const tell = metrics.listenerOf()
  tell(started('one'))
  tell(progress(1, []))
  for (let n = 1; n <= 30; n++) {
    const scenario = { ...RUNNING, id: `test ${n}` }
    tell({ event: 'scenario-ended', scenario, entries: [scenarioOf('buy')] })
  }
  const names = metrics.loads.map(({ attributes }) => attributes['loadtest.scenario'])
  expect(names).toHaveLength(30)
  expect(names.slice(0, 3)).toEqual(['buy', 'buy #3', 'buy #4'])
  tell(started('another'))
  tell(progress(1, []))
  expect(metrics.loads.at(-1)?.attributes).toMatchObject({ 'loadtest.scenario': 'buy' })
})
