import type { Losses } from '../../load/recording/losses.ts'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { closedModel, loadResult } from '../../load/testing/result-fixture.ts'
import { arbitraryRun } from '../../run-file/testing/arbitrary-run.ts'
import { serializeLoadResult } from '../../run-file/json/load-result-json.ts'
import type { RunFile } from '../../run-file/run-file.ts'
import { compareRuns, type RunComparison } from './compare-runs.ts'
import { markedDifferences, notesOn } from '../report/comparison-notes.ts'
import { comparisonExitCode, judgedCounts, notJudgedLines } from './judgement.ts'
import { runOf, scenarioOf, times } from '../../run-file/testing/run-fixture.ts'

const KEPT: Losses = {
  kind: 'known',
  of: 'registrations',
  promised: 1_000,
  lost: 0,
  duplicates: null,
  examples: [],
}
const UNKNOWN: Losses = { kind: 'unknown', reason: 'Redis did not answer.' }

const strict = { isUnlikeAllowed: false }
const fast = scenarioOf('mixed', { responseMs: times(300, 1) })
const slow = scenarioOf('mixed', { responseMs: times(300, 2) })
const ofUsers = serializeLoadResult(loadResult({}, { model: closedModel() })).model

function metricsOf(comparison: RunComparison) {
  return comparison.scenarios.flatMap(({ operations }) => operations).flatMap((of) => of.metrics)
}

test('a difference beyond the spread of both runs is worth a look, and exits with 0', () => {
  const comparison = compareRuns(runOf([fast]), runOf([slow]), strict)
  expect(markedDifferences(comparison)).toMatchObject([
    {
      scenario: 'mixed',
      operation: 'a',
      metric: { metric: 'service P50', ratio: 2, mark: { direction: 'higher' } },
    },
  ])
  expect(comparisonExitCode(comparison)).toBe(0)
  expect(notesOn(comparison).join(' ')).toMatch(
    /worth a look, not proven.*can neither prove.*npm run gate/,
  )
})

test('percentiles with fewer than 100 requests beyond them are marked and not judged', () => {
  const [p50, p95, p99] = metricsOf(compareRuns(runOf([fast]), runOf([slow]), strict))
  expect(p50).toMatchObject({ baseline: { isThin: false } })
  for (const metric of [p95, p99]) {
    expect(metric).toMatchObject({
      ratio: 2,
      candidate: { isThin: true },
      mark: { kind: 'not judged', why: 'too few requests' },
    })
  }
})

describe('exit code 4, not comparable:', () => {
  test('no scenario in common; the scenarios of each run are named', () => {
    const comparison = compareRuns(runOf([fast]), runOf([scenarioOf('other')]), strict)
    expect(comparison).toMatchObject({ onlyInBaseline: ['mixed'], onlyInCandidate: ['other'] })
    expect(comparisonExitCode(comparison)).toBe(4)
    expect(notesOn(comparison).join(' ')).toContain('no scenario in common')
  })

  test('unlike environments; fields and figures are shown without a verdict', () => {
    const { environment } = runOf([])
    const elsewhere = runOf([slow], { environment: { ...environment, cpuModel: 'another' } })
    const comparison = compareRuns(runOf([fast]), elsewhere, strict)
    expect(comparison.unlike).toEqual([
      { field: 'CPU model', baseline: 'a processor', candidate: 'another' },
    ])
    expect(metricsOf(comparison)[0]).toMatchObject({ ratio: 2, mark: { kind: 'not judged' } })
    expect(comparisonExitCode(comparison)).toBe(4)
    const allowed = compareRuns(runOf([fast]), elsewhere, { isUnlikeAllowed: true })
    expect(comparisonExitCode(allowed)).toBe(0)
    expect(markedDifferences(allowed)).toHaveLength(1)
    expect(notesOn(allowed).join(' ')).toContain('differ in CPU model')
  })

  test('an open and a closed load, even with the same workload hash', () => {
    const closed = { ...fast, result: { ...fast.result, model: ofUsers } }
    const comparison = compareRuns(runOf([fast]), runOf([closed]), strict)
    expect(comparison.scenarios[0]?.standing).toMatchObject({
      kind: 'unlike',
      why: expect.stringContaining('differ in model'),
    })
    const allowed = compareRuns(runOf([fast]), runOf([closed]), { isUnlikeAllowed: true })
    expect(allowed.scenarios[0]?.standing).toMatchObject({
      kind: 'compared',
      notes: [expect.stringContaining('differ in model')],
    })
  })

  test('an unlike workload, for that scenario alone', () => {
    const other = { ...slow, workloadHash: '0000000000000000' }
    const alike = scenarioOf('enumerate', { responseMs: times(300, 1) })
    const comparison = compareRuns(runOf([fast, alike]), runOf([other, alike]), strict)
    expect(comparison.scenarios.map(({ standing }) => standing.kind)).toEqual([
      'unlike',
      'compared',
    ])
    expect(markedDifferences(comparison)).toEqual([])
    expect(comparisonExitCode(comparison)).toBe(0)
    expect(comparisonExitCode(compareRuns(runOf([fast]), runOf([other]), strict))).toBe(4)
  })
})

describe('exit code 3, untrustworthy measurements:', () => {
  const reason = { figure: 'dropped', measured: 1, threshold: 0, message: 'half was dropped' }
  test.each([
    ['invalid', { verdict: { kind: 'invalid' as const, reasons: [reason] } }, 'half was dropped'],
    ['interrupted', { testStatus: 'cancelled' as const }, 'interrupted'],
    ['aborted', { result: { ...slow.result, abortReason: 'P99 was missed' } }, 'P99 was missed'],
  ])('%s', (_, change, why) => {
    for (const runs of [
      [runOf([fast]), runOf([{ ...slow, ...change }])],
      [runOf([{ ...slow, ...change }]), runOf([fast])],
    ] as const) {
      const comparison = compareRuns(...runs, strict)
      expect(comparison.scenarios).toMatchObject([{ standing: { kind: 'invalid' } }])
      expect(JSON.stringify(comparison.scenarios[0]?.standing)).toContain(why)
      expect(markedDifferences(comparison)).toEqual([])
      expect(comparisonExitCode(comparison)).toBe(3)
    }
  })

  test('unmeasured', () => {
    const broken = { state: 'unmeasured', testStatus: 'failed', error: 'no connection' } as const
    const candidate = runOf([{ ...broken, name: 'mixed', file: fast.file }])
    const comparison = compareRuns(runOf([fast]), candidate, strict)
    expect(comparison.scenarios).toMatchObject([
      { standing: { kind: 'unmeasured' }, operations: [] },
    ])
    expect(comparisonExitCode(comparison)).toBe(3)
  })
})

function shortened(scenario: typeof fast): typeof fast {
  return { ...scenario, result: { ...scenario.result, measuredMs: 5_000, durationMs: 5_000 } }
}

describe('figures that were not judged never count as unchanged:', () => {
  const alike = /No difference/

  test('runs of 5 s are inconclusive even if every time tripled', () => {
    const pair = [1, 3].map((ms) =>
      runOf([shortened(scenarioOf('mixed', { responseMs: times(3_000, ms) }))]),
    )
    const [a = runOf([]), b = runOf([])] = pair
    const comparison = compareRuns(a, b, strict)
    expect(comparisonExitCode(comparison)).toBe(3)
    expect(notesOn(comparison).join(' ')).not.toMatch(alike)
    expect(notesOn(comparison)).toContain(
      '1 figure judged, 4 not judged. No time was judged in mixed.',
    )
    expect(comparison.scenarios.flatMap(notJudgedLines)).toEqual([
      'not judged: service P50, service P95, service P99, rate of a: measured for less than 10 s',
    ])
  })

  test('operations without requests', () => {
    const none = scenarioOf('mixed', { responseMs: [], counts: { planned: 0, started: 0, ok: 0 } })
    const comparison = compareRuns(runOf([none]), runOf([none]), strict)
    expect(judgedCounts(comparison)).toEqual({ judged: 0, notJudged: 5 })
    expect(notesOn(comparison).join(' ')).toMatch(/Nothing was judged/)
    expect(comparison.scenarios.flatMap(notJudgedLines)).toEqual([
      'not judged: all of a: no requests',
    ])
    expect(comparisonExitCode(comparison)).toBe(3)
  })

  test('unlike loads', () => {
    const comparison = compareRuns(runOf([fast]), runOf([{ ...fast, workloadHash: null }]), strict)
    expect(notesOn(comparison).join(' ')).toMatch(/Nothing was judged/)
    expect(notesOn(comparison).join(' ')).not.toMatch(alike)
  })

  test('one scenario judged and another not', () => {
    const watch = scenarioOf('watch', { responseMs: times(300, 1) })
    const broken = { state: 'unmeasured', testStatus: 'failed', error: 'no connection' } as const
    const { name, file } = watch
    for (const other of [
      shortened(watch),
      { ...watch, workloadHash: null },
      { ...broken, name, file },
    ]) {
      const notes = notesOn(compareRuns(runOf([fast, watch]), runOf([fast, other]), strict))
      expect(notes.join(' ')).not.toMatch(alike)
      expect(notes.join(' ')).toContain('No time was judged in watch.')
    }
  })

  test('equal runs are unchanged; the number of judged figures is shown', () => {
    const comparison = compareRuns(runOf([fast]), runOf([fast]), strict)
    expect(notesOn(comparison)).toContain(
      "No difference is beyond the runs' own second-to-second spread. 3 figures judged, 2 not judged.",
    )
  })

  test('operations and scenarios of only one run are named', () => {
    const [two, one] = [loadResult({ a: {}, b: {} }), loadResult({ a: {} })].map(
      serializeLoadResult,
    )
    if (two === undefined || one === undefined) throw new Error('two results')
    const comparison = compareRuns(
      runOf([{ ...fast, result: two }, scenarioOf('watch')]),
      runOf([{ ...fast, result: one }]),
      strict,
    )
    expect(notesOn(comparison)).toContain(
      'Not compared, because only one run has them: watch, mixed/b.',
    )
  })

  test('a tripled time of a degraded run is worth a look, with a note of doubt', () => {
    const reason = { figure: 'lateness', measured: 2, threshold: 1, message: 'it was late' }
    const verdict = { kind: 'degraded' as const, reasons: [reason] }
    const tripled = { ...scenarioOf('mixed', { responseMs: times(300, 3) }), verdict }
    const comparison = compareRuns(runOf([fast]), runOf([tripled]), strict)
    expect(markedDifferences(comparison)).toHaveLength(1)
    expect(comparison.scenarios[0]?.standing).toMatchObject({
      notes: ['the candidate is degraded: it was late'],
    })
    expect(notesOn(comparison)).toContain('Any difference may come from the doubts noted at mixed.')
  })
})

describe('service times are judged, not response times:', () => {
  const late = scenarioOf('mixed', { responseMs: times(300, 3), serviceMs: times(300, 1) })

  test('a tripled response time with an unchanged service time is attributed to the generator', () => {
    const comparison = compareRuns(runOf([fast]), runOf([late]), strict)
    expect(markedDifferences(comparison)).toEqual([])
    const [operation] = comparison.scenarios[0]?.operations ?? []
    expect(operation?.metrics.find(({ metric }) => metric === 'response P50')).toMatchObject({
      ratio: expect.closeTo(3, 2) as number,
      mark: { kind: 'shown' },
    })
    expect(operation?.generator).toMatch(
      /^response P50 3\.00 ×, service P50 1\.00 ×: .* started later/,
    )
  })

  test('a service time is not judged if lateness hides it in the per-second figures', () => {
    const at = (serviceMs: number) =>
      runOf([
        scenarioOf('mixed', {
          responseMs: times(300, 99 + serviceMs),
          serviceMs: times(300, serviceMs),
        }),
      ])
    const comparison = compareRuns(at(1), at(3), strict)
    expect(metricsOf(comparison)[0]?.mark).toEqual({ kind: 'not judged', why: 'lateness hides it' })
    expect(comparison.scenarios[0]?.operations[0]?.generator).toBeNull()
  })

  test('in a closed load the response time equals the service time and is not repeated', () => {
    const closed = { ...fast, result: { ...fast.result, model: ofUsers } }
    const metrics = metricsOf(compareRuns(runOf([closed]), runOf([closed]), strict))
    expect(metrics.map(({ metric }) => metric)).not.toContain('response P50')
  })
})

test('errors and lost messages are worth a look, with their direction', () => {
  const good = scenarioOf('mixed', { deliveries: { expected: 1_000, received: 1_000 } })
  const bad = scenarioOf('mixed', {
    counts: { ok: 900, failed: 100 },
    deliveries: { expected: 1_000, received: 900 },
  })
  const marks = markedDifferences(compareRuns(runOf([good]), runOf([bad]), strict))
  expect(marks.map(({ metric: { metric, mark } }) => [metric, mark])).toEqual([
    ['errors', { kind: 'worth a look', direction: 'higher' }],
    ['delivery', { kind: 'worth a look', direction: 'lower' }],
  ])
})

test.each<[string, Losses, object]>([
  ['more losses', { ...KEPT, lost: 300 }, { kind: 'worth a look', direction: 'higher' }],
  ['as few losses', { ...KEPT, lost: 1 }, { kind: 'within spread' }],
  ['losses that nobody knows', UNKNOWN, { kind: 'not judged', why: 'losses unknown' }],
  ['no promises', { ...KEPT, promised: 0 }, { kind: 'not judged', why: 'nothing promised' }],
])('%s of what was promised are judged', (_, losses, mark) => {
  const [before, after] = [KEPT, losses].map((of) => runOf([scenarioOf('mixed', { losses: of })]))
  const [scenario] = compareRuns(before ?? runOf([]), after ?? runOf([]), strict).scenarios
  const lost = scenario?.operations[0]?.metrics.find(({ metric }) => metric === 'lost')
  expect(lost).toMatchObject({ unit: 'share', mark })
})

test('a run that refused every message has a lower delivery, which is judged', () => {
  const good = scenarioOf('mixed', { deliveries: { expected: 1_000, received: 1_000 } })
  const refused = scenarioOf('mixed', {
    counts: { ok: 0, failed: 1_000 },
    deliveries: { expected: 1_000, received: 0 },
  })
  const marks = markedDifferences(compareRuns(runOf([good]), runOf([refused]), strict))
  expect(marks.map(({ metric: { metric, mark } }) => [metric, mark])).toContainEqual([
    'delivery',
    { kind: 'worth a look', direction: 'lower' },
  ])
})

test('deliveries that are unknown in one run are shown as not judged', () => {
  const counted = { expected: 1_000, received: 900 }
  const unknown = { kind: 'unknown', reason: 'the receivers ended' } as const
  const runs = [counted, unknown].map((deliveries) => runOf([scenarioOf('mixed', { deliveries })]))
  const [a = runOf([]), b = runOf([])] = runs
  const [scenario] = compareRuns(a, b, strict).scenarios
  const delivery = scenario?.operations[0]?.metrics.find(({ metric }) => metric === 'delivery')
  expect(delivery).toMatchObject({
    baseline: { value: 0.9 },
    candidate: { value: null },
    mark: { kind: 'not judged', why: 'deliveries unknown' },
  })
})

const allowed = { isUnlikeAllowed: true }

test('swapping the runs inverts ratios, reverses marks and swaps everything else', () => {
  fc.assert(
    fc.property(pairOfRuns(), ([a, b]) => {
      const [there, back] = [compareRuns(a, b, allowed), compareRuns(b, a, allowed)]
      expect(comparisonExitCode(back)).toBe(comparisonExitCode(there))
      expect(new Set(back.onlyInBaseline)).toEqual(new Set(there.onlyInCandidate))
      const [metrics, mirrored] = [metricsOf(there), metricsOf(back)]
      expect(mirrored).toHaveLength(metrics.length)
      for (const [i, metric] of metrics.entries()) {
        const other = mirrored[i]
        expect(other?.baseline).toEqual(metric.candidate)
        expect(other?.mark.kind).toBe(metric.mark.kind)
        if (metric.mark.kind === 'worth a look') expect(other?.mark).not.toEqual(metric.mark)
        if (metric.ratio !== null && metric.ratio !== 0) {
          expect((other?.ratio ?? 0) * metric.ratio).toBeCloseTo(1, 6)
        }
      }
    }),
    { numRuns: 40 },
  )
})

test('a run compared with itself is alike, with ratio 1 and no marks', () => {
  fc.assert(
    fc.property(arbitraryRun, (run) => {
      const comparison = compareRuns(run, run, strict)
      expect(comparison.unlike).toEqual([])
      expect(markedDifferences(comparison)).toEqual([])
      for (const { ratio } of metricsOf(comparison)) expect([1, null]).toContain(ratio)
    }),
    { numRuns: 20 },
  )
})

/** Two runs of the same scenarios and operations, in the same order. */
function pairOfRuns(): fc.Arbitrary<readonly [RunFile, RunFile]> {
  const ms = fc.integer({ min: 1, max: 50 })
  const bothMs = fc.array(fc.tuple(ms, ms), { minLength: 1, maxLength: 3 })
  return bothMs.map((pairs) => {
    const runAt = (run: 0 | 1) =>
      runOf(pairs.map((pair, i) => scenarioOf(`s${i}`, { responseMs: times(200, pair[run]) })))
    return [runAt(0), runAt(1)] as const
  })
}
