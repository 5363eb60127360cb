import { expect, test } from 'vitest'
import type { FaultRecord } from '../../load/faults/fault-record.ts'
import { faultedScenario, KILL_AND_PAUSE } from '../../run-file/testing/faulted-scenario.ts'
import { scenarioOf } from '../../run-file/testing/run-fixture.ts'
import { renderFaults, renderPromises } from './faults.ts'
import { textWidth } from './text-width.ts'

const OTHERS: readonly FaultRecord[] = [
  {
    state: 'failed',
    label: 'fill disk',
    what: null,
    plannedAtMs: 8_000,
    fromMs: 8_001,
    reason: 'NATS node 1 has no disk of its own',
  },
  { state: 'not reached', label: 'restart NATS node 2', what: null, plannedAtMs: 12_000 },
]

test('each fault is a row with when it was and what requests show of it', () => {
  const { result } = faultedScenario([...KILL_AND_PAUSE, ...OTHERS])
  expect(renderFaults(result, 140)?.split('\n')).toEqual([
    '  fault                state            at  lasted  not ok  no success  failing for',
    '  kill Redis primary   injected      2.0 s       –     250         2 s        3.0 s  (redis-2 at 127.0.0.1:7002)',
    '  pause gateway        injected      6.0 s   1.5 s       0         0 s            –',
    '  fill disk            failed        8.0 s       –       –           –            –  (NATS node 1 has no disk of its own)',
    '  restart NATS node 2  not reached  12.0 s       –       –           –            –',
    '  requests that failed, timed out or were dropped from a fault until the next one, to whole seconds',
  ])
})

test('a load without faults has no table', () => {
  expect(renderFaults(scenarioOf('calm').result)).toBeNull()
})

test('many faults with long names fit 60 columns, and say how many are left out', () => {
  const faults = Array.from({ length: 57 }, (_, k): FaultRecord => {
    const label = `restart Redis node ${k} of a very large cluster`
    return { state: 'injected', label, what: 'x'.repeat(200), plannedAtMs: k, fromMs: k, toMs: k }
  })
  const lines = renderFaults(faultedScenario(faults).result, 60)?.split('\n') ?? []
  expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(60)
  expect(lines).toContain("  and 7 more faults, in the run's page and files")
})

test.each([
  [
    { of: 'registrations', promised: 3_000, lost: 12, duplicates: null, examples: ['a', 'b'] },
    'a promises: 12 of 3,000 registrations lost (a, b and 10 more)',
  ],
  [
    { of: 'messages', promised: 1, lost: 0, duplicates: 2, examples: [] },
    'a promises: 0 of 1 message lost, 2 duplicates',
  ],
] as const)('promises %j read %s', (losses, text) => {
  const { result } = faultedScenario(KILL_AND_PAUSE, { kind: 'known', ...losses })
  expect(renderPromises(result)).toEqual([text, 'a unavailable: 2.35 s at most without a success'])
})

test('losses that nobody could count are unknown, with the reason', () => {
  const { result } = faultedScenario([], { kind: 'unknown', reason: 'Redis did not answer.' })
  expect(renderPromises(result)[0]).toBe('a promises: unknown, Redis did not answer.')
})

test('a short stretch without a success is of no interest where nothing broke', () => {
  const { result } = scenarioOf('calm', { unavailableMs: 12 })
  expect(renderPromises(result)).toEqual([])
})
