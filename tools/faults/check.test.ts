import { describe, expect, test } from 'vitest'
import { findWrong } from './check.ts'
import { MISSED, PASSED, WORKER_LOST, type Expected } from './expected.ts'
import { loadOf } from './loads.ts'
import type { Observation } from './observation.ts'
import { measured, quietRow, runOf, seen, sloRow } from './testing/observation.ts'
import type { MeasuredLoad } from './run-summary.ts'

function wrongWith(expected: Partial<Expected>, observation: Observation): readonly string[] {
  return findWrong({ ...quietRow, expected: { ...PASSED, ...expected } }, observation)
}

describe('a row fails', () => {
  test('for another exit code', () => {
    expect(wrongWith({ exit: [0] }, seen())).toEqual([])
    expect(wrongWith({ exit: [1, 2] }, seen())).toEqual(['exit 0, not 1 or 2'])
  })

  test('for a bound that is not in the SLO table, or has another outcome', () => {
    const failed = seen({ exitCode: 1, output: 'Missed: the success rate.' })
    expect(wrongWith(MISSED, failed)).toEqual(['no SLO row for the success rate'])
    const met = runOf(measured(), { slo: [sloRow('success rate', 'met')] })
    expect(wrongWith(MISSED, { ...failed, runs: [met] })).toEqual([
      'success rate is met, not missed',
    ])
    const missed = runOf(measured(), { slo: [sloRow('success rate', 'missed')] })
    expect(wrongWith(MISSED, { ...failed, runs: [missed] })).toEqual([])
  })

  test('for a bound that is missed where none may be', () => {
    const missed = runOf(measured(), { slo: [sloRow('response P95', 'missed')] })
    expect(wrongWith({ nothingMissed: true }, seen({ runs: [missed] }))).toEqual([
      'response P95 is missed',
    ])
  })

  test('for a verdict that it must not have', () => {
    const invalid = runOf(measured(), { verdict: { kind: 'invalid' } })
    expect(wrongWith({}, seen({ runs: [invalid] }))).toEqual([
      'the measurement is invalid, not valid or degraded',
    ])
  })

  test('for requests that did not succeed where all must', () => {
    const load = measured({ ok: 299, timedOut: 1 })
    expect(wrongWith({ allOk: true }, seen({ runs: [runOf(load)] }))).toEqual([
      '299 of 300 requests ok, not all',
    ])
  })

  test('for requests that do not succeed again', () => {
    const load = { ...measured(), intervals: [{ second: 5, started: 50, ok: 20 }] }
    expect(wrongWith({ recovers: true }, seen({ runs: [runOf(load)] }))).toEqual([
      'no recovery: 20 of 50 requests ok in the last second',
    ])
  })

  test('for a lost worker whose run file is marked complete, or has no figures or reason', () => {
    const lost = seen({ exitCode: 2, output: '' })
    expect(wrongWith(WORKER_LOST, { ...lost, runs: [runOf(null)] })).toEqual(
      expect.arrayContaining([
        'the run file is marked complete, not interrupted',
        expect.stringMatching(/^no requests in the run file/),
        'no reason in the run file',
      ]),
    )
    const kept = { ...runOf(measured(), { error: 'killed' }), status: 'interrupted' as const }
    expect(findWrong({ ...quietRow, expected: WORKER_LOST }, { ...lost, runs: [kept] })).toEqual([])
  })

  test('for receipts that are missing, or are not expected although the schedule has them', () => {
    const deliver = (expected: number, received: number): readonly string[] => {
      const deliveries = { expected, received, missing: expected - received, duplicates: 0 }
      const [operation] = measured().operations
      if (operation === undefined) throw new Error('the fixture has an operation')
      const load: MeasuredLoad = {
        ...measured(),
        operations: [{ ...operation, name: 'multicast', deliveries }],
      }
      const row = { ...quietRow, load: loadOf('multicast') }
      const all = { ...PASSED, deliveries: 'all' } as const
      return findWrong({ ...row, expected: all }, seen({ runs: [runOf(load)] }))
    }
    expect(deliver(6_000, 6_000)).toEqual([])
    expect(deliver(6_000, 5_999)).toEqual(['1 of 6000 receipts missing'])
    expect(deliver(5_000, 5_000)).toEqual([
      '5000 receipts expected of the 6000 that the schedule has',
    ])
  })

  test('for processes that take long to end', () => {
    expect(wrongWith({ endsWithinMs: 3_000 }, seen({ endedAfterFaultMs: 2_900 }))).toEqual([])
    expect(wrongWith({ endsWithinMs: 3_000 }, seen({ endedAfterFaultMs: 3_100 }))).toEqual([
      'ended 3.1 s after the signal',
    ])
  })

  test('for an output that does not say what went wrong', () => {
    expect(wrongWith({ says: /no space/ }, seen())).toEqual(['the output lacks /no space/'])
  })
})
