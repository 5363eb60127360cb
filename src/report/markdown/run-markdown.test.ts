import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryRun } from '../../run-file/testing/arbitrary-run.ts'
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
    '### ❌ Load tests: failed',
    '| failed | mi&#124;xed | constant 100/s for 10.0 s | valid |',
    '| **missed** | mi&#124;xed | a | success rate | &#62; 99 % | 90 % |',
    '| timed out | mi&#124;xed | a | 100 | no answer within 5 s |',
    '<details><summary>Times of each operation</summary>',
    '| mi&#124;xed | a | 1,000 | response | 1.00 ms |',
    '| mi&#124;xed | a | 1,000 | service | 1.00 ms |',
    '</details>',
  ].map((part) => text.indexOf(part))
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  expect(order).not.toContain(-1)
})

test('a broken run says why', () => {
  const broken = {
    file: 'bench/x.load.ts',
    name: 'ends in order',
    outcome: 'broken',
    reason: 'SyntaxError',
  } as const
  const text = runMarkdown({ run: runOf([]), exitCode: EXIT.broken, path: null, others: [broken] })
  expect(text).toContain('### ⛔ Load tests: broken')
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
