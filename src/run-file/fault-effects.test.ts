import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FaultRecord } from '../load/faults/fault-record.ts'
import { faultEffects, faultsBySecond } from './fault-effects.ts'
import { arbitraryRun } from './testing/arbitrary-run.ts'
import { faultedScenario, KILL_AND_PAUSE } from './testing/faulted-scenario.ts'

const [kill, pause] = KILL_AND_PAUSE

test('a fault has the failures until the next one, the seconds without a success, and the time until the last failure', () => {
  expect(faultEffects(faultedScenario().result)).toEqual([
    { notOk: 250, withoutSuccessSeconds: 2, failingForMs: 2_990 },
    { notOk: 0, withoutSuccessSeconds: 0, failingForMs: null },
  ])
})

test('faults in one second share its failures, and those that broke nothing have none', () => {
  const common = { what: null, plannedAtMs: 2_000 }
  const faults: readonly FaultRecord[] = [
    ...(kill === undefined ? [] : [kill]),
    { state: 'elsewhere', label: 'cut Redis', ...common },
    { state: 'failed', label: 'fill disk', ...common, fromMs: 2_000, reason: 'no disk' },
    { state: 'not reached', label: 'restart', ...common },
  ]
  expect(faultEffects(faultedScenario(faults).result)).toEqual([
    { notOk: 250, withoutSuccessSeconds: 2, failingForMs: 2_990 },
    { notOk: 250, withoutSuccessSeconds: 2, failingForMs: 3_000 },
    null,
    null,
  ])
})

test('a fault is in each second in which it was on', () => {
  expect([...faultsBySecond({ faults: [...KILL_AND_PAUSE] })]).toEqual([
    [2, ['kill Redis primary']],
    [6, ['pause gateway']],
    [7, ['pause gateway']],
  ])
  if (pause?.state !== 'injected') throw new Error('the pause was injected')
  expect([...faultsBySecond({ faults: [{ ...pause, toMs: 7_000 }] }).keys()]).toEqual([6])
})

test('no failure is counted twice, whatever the run', () => {
  fc.assert(
    fc.property(arbitraryRun, ({ scenarios }) => {
      for (const scenario of scenarios) {
        if (scenario.state !== 'measured') continue
        const { result } = scenario
        const effects = faultEffects(result)
        expect(effects).toHaveLength(result.faults.length)
        const starts = new Map(
          effects.map((effect, k) => {
            const fault = result.faults[k]
            const atMs =
              fault === undefined ? 0 : 'fromMs' in fault ? fault.fromMs : fault.plannedAtMs
            return [Math.floor(atMs / 1_000), effect?.notOk ?? 0]
          }),
        )
        const notOk = result.operations.reduce(
          (sum, { counts }) => sum + counts.failed + counts.timedOut + counts.dropped,
          0,
        )
        expect([...starts.values()].reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(
          notOk,
        )
      }
    }),
    { numRuns: 20 },
  )
})
