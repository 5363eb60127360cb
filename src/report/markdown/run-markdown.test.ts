import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryRun } from '../../run-file/testing/arbitrary-run.ts'
import { faultedScenario } from '../../run-file/testing/faulted-scenario.ts'
import { runOf, scenarioOf } from '../../run-file/testing/run-fixture.ts'
import { EXIT } from '../../exit-code.ts'
import { runMarkdown } from './run-markdown.ts'

const nothingElse = { path: null, others: [] }

test('shows the outcome first, then scenarios, SLOs and failures, and folds up times', () => {
  const row = {
    operation: 'a',
    metric: 'success rate',
    unit: 'ratio' as const,
    comparison: '>' as const,
    bound: 0.99,
    measured: 0.9,
    punctual: 0.9,
    outcome: 'missed' as const,
    isDefault: false,
    windows: null,
  }
  const scenario = scenarioOf('mi|xed', { counts: { ok: 900, timedOut: 100 } }, { slo: [row] })
  const text = runMarkdown({ run: runOf([scenario]), exitCode: EXIT.failed, ...nothingElse })
  const order = [
    '### ❌ Missed: a success rate 90 %, bound 99 %. Measurement valid.',
    '| failed | mi&#124;xed | constant 100/s for 10.0 s | ██████████ 100/s | ██████████ 1.00 ms | valid |',
    '| **missed** | mi&#124;xed | a | success rate | &#62; 99 % | 90 % |',
    '| timed out | mi&#124;xed | a | 100 | no answer within 5 s |',
    '<details><summary>Times of each operation</summary>',
    '| mi&#124;xed | a | 1,000 | response | 1.00 ms |',
    '| mi&#124;xed | a | 1,000 | service | 1.00 ms | &#126;1.00 ms |',
    '&#126; fewer than 100 requests beyond this percentile',
    '</details>',
  ].map((part) => text.indexOf(part))
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  expect(order).not.toContain(-1)
})

test('says at once why a measurement is invalid, and folds up why one is degraded', () => {
  const reasons = [{ figure: 'x', measured: 2, threshold: 1, message: 'it was late' }]
  const scenarios = (['invalid', 'degraded'] as const).map((kind) =>
    scenarioOf(kind, {}, { verdict: { kind, reasons } }),
  )
  const text = runMarkdown({
    run: runOf(scenarios),
    exitCode: EXIT.inconclusive,
    ...nothingElse,
  })
  const [open, fold] = text.split('<details><summary>Why measurements are degraded</summary>')
  expect(open).toContain('| invalid | invalid | it was late |')
  expect(fold).toContain('| degraded | degraded | it was late |')
})

test('with many SLOs, those met are folded up', () => {
  const row = {
    operation: 'a',
    metric: 'response P95',
    unit: 'ms',
    comparison: '<',
    bound: 10,
    measured: 1,
    punctual: 1,
    outcome: 'met',
    isDefault: false,
    windows: null,
  } as const
  const met = Array.from({ length: 12 }, (_, k) => ({ ...row, bound: 10 + k }))
  const slo = [...met, { ...row, measured: 11, outcome: 'missed' } as const]
  const run = runOf([scenarioOf('mixed', {}, { slo })])
  const text = runMarkdown({ run, exitCode: EXIT.failed, ...nothingElse })
  const [open, fold] = text.split('<details><summary>12 SLOs met</summary>')
  expect(open?.match(/^\| \*\*missed\*\* /gm)).toHaveLength(1)
  expect(fold?.match(/^\| met /gm)).toHaveLength(12)
})

test('a broken run says why', () => {
  const broken = {
    file: 'bench/x.load.ts',
    name: 'ends in order',
    outcome: 'broken',
    reason: 'SyntaxError',
  } as const
  const text = runMarkdown({ run: runOf([]), exitCode: EXIT.broken, path: null, others: [broken] })
  expect(text).toContain('### ⛔ Broken: "ends in order": SyntaxError. Nothing was measured.')
  expect(text).toContain('| broken | ends in order | SyntaxError |')
})

test('a run that ended before it measured anything says so', () => {
  const text = runMarkdown({ run: runOf([]), exitCode: EXIT.broken, ...nothingElse })
  expect(text).toContain('Nothing was measured.')
})

test('every row has as many cells as its table has headings, whatever a run holds', () => {
  fc.assert(
    fc.property(arbitraryRun, (run) => {
      const text = runMarkdown({ run, exitCode: EXIT.good, ...nothingElse })
      for (const block of text.split('\n\n').filter((part) => part.startsWith('|'))) {
        const cells = block
          .trim()
          .split('\n')
          .map((line) => line.split('|').length)
        expect(new Set(cells).size).toBe(1)
      }
    }),
    { numRuns: 20 },
  )
})

test('faults and promises are tables of their own', () => {
  const run = runOf([faultedScenario()])
  const text = runMarkdown({ run, exitCode: EXIT.good, ...nothingElse })
  expect(text).toContain(
    '| kill Redis primary (redis-2 at 127.0.0.1:7002) | storm | injected | 2.0 s | – | 250 | 2 s | 3.0 s |',
  )
  expect(text).toContain(
    '| **broken** | storm | a | 3,000 registrations | 12 | – | user-1, user-2 and 10 more |',
  )
})
