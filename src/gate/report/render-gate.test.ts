import { expect, test } from 'vitest'
import type { Evidence } from '../decision/verdict.ts'
import { GATE_SCHEMA_VERSION, gateReportSchema, type GateReport } from './gate-report.ts'
import { renderGate, renderGateMarkdown } from './render-gate.ts'

const arm = {
  version: 'main (0a1b2c3)',
  commit: null,
  isWorkingTree: false,
  packages: 'linked',
} as const

const evidence: Evidence = {
  unit: 'relative',
  rounds: 7,
  baseline: 1,
  candidate: 1.3,
  estimate: 0.3,
  lower: 0.25,
  upper: null,
  alpha: 0.025,
  pWorse: 0.0078,
  pBetter: 1,
  scatter: 0.02,
}

function comparison(metric: 'p50' | 'p99', isAsked = false) {
  const percentile = metric === 'p50' ? 50 : 99
  return {
    id: `a|b › send › ${metric}`,
    scenario: 'a|b',
    operation: 'send',
    metric: { kind: 'latency', time: 'service', percentile },
    isAsked,
  } as const
}

const report: GateReport = {
  kind: 'gate',
  schemaVersion: GATE_SCHEMA_VERSION,
  status: 'complete',
  startedAt: '2026-01-02T03:04:05.000Z',
  finishedAt: '2026-01-02T03:06:05.000Z',
  base: arm,
  head: { ...arm, version: 'working tree' },
  sameness: { isSubjectSame: true, arePackagesSame: true, isNodeSame: true },
  servers: 'Redis 7 and NATS 2 (programs)',
  scenarios: ['a.load.ts'],
  durationMs: 8_000,
  budgetMs: 600_000,
  elapsedMs: 120_000,
  meanRoundMs: 7_000,
  plan: null,
  rounds: [],
  comparisons: [
    {
      comparison: comparison('p50'),
      verdict: {
        kind: 'regression',
        evidence: { ...evidence, rounds: 10, estimate: 0.29, pWorse: 0.001 },
        screening: evidence,
      },
      detectable: 0.06,
      flaw: null,
    },
    {
      comparison: comparison('p99'),
      verdict: { kind: 'refused', requests: 800, needed: 10_000 },
      detectable: null,
      flaw: null,
    },
  ],
  verdict: 'regression',
  exitCode: 1,
  runs: 'results/gate',
}

test.each([renderGate, renderGateMarkdown])('%o has all of the evidence', (render) => {
  const text = render(report)
  expect(text).toContain('regression: working tree against main (0a1b2c3)')
  for (const cell of ['1.00 ms', '1.30 ms', '+29.0 %', '+25.0 % … ? (95 %)', '0.0010', '+6.0 %']) {
    expect(text).toContain(cell)
  }
  expect(text).toContain(
    '+30.0 % (p 0.0078 ≤ 0.025, 95 % interval +25.0 % … ?) in 7 rounds, confirmed by 10 fresh ones: +29.0 % (p 0.0010',
  )
  expect(text).toContain('this is A against A')
})

test('what lacks requests is said in a line, or in the table if it was asked for', () => {
  const advice =
    'not judged: a|b › send has 800 requests a round; needed are, for service p99 10000 (--duration 100s)'
  expect(renderGate(report)).toContain(advice)
  const asked = report.comparisons.map((judged) => ({
    ...judged,
    comparison: { ...judged.comparison, isAsked: true },
  }))
  const text = renderGate({ ...report, comparisons: asked })
  expect(text).not.toContain(advice)
  expect(text).toContain('refused: 800 requests a round, 10000 are needed')
})

test('a name is text in a comment, whatever it has: no mention, no tag, no column, no new line', () => {
  const hostile = '@org/team <img src=x> `a` | b\n# c'
  const [first, ...others] = report.comparisons
  if (first === undefined) throw new TypeError('no comparison')
  const named = { ...first.comparison, id: hostile, scenario: hostile, operation: hostile }
  const text = renderGateMarkdown({
    ...report,
    head: { ...report.head, version: hostile },
    comparisons: [{ ...first, comparison: named, flaw: hostile }, ...others],
  })
  for (const part of ['@org', '<img', '`a`', '\n# c']) expect(text).not.toContain(part)
  const rows = text.split('\n').filter((line) => line.startsWith('|'))
  expect(new Set(rows.map((line) => line.split('|').length)).size).toBe(1)
})

test('nothing of a name is obeyed by a terminal', () => {
  const [first] = report.comparisons
  if (first === undefined) throw new TypeError('no comparison')
  const hostile = { ...first.comparison, id: 'a\u001B[2J', scenario: 'a\u001B[2J' }
  const text = renderGate({ ...report, comparisons: [{ ...first, comparison: hostile }] })
  expect(text).not.toContain('\u001B[2J')
})

test('an interrupted gate is undecided, whatever it knows', () => {
  expect(renderGate({ ...report, status: 'interrupted' })).toContain('interrupted: ')
})

test('a report is what its schema says', () => {
  expect(gateReportSchema.parse(report)).toEqual(report)
})

test('a gate without a round has no table', () => {
  const empty = { ...report, comparisons: [], verdict: 'inconclusive' } as const
  expect(renderGate(empty)).not.toContain('interval ')
  expect(renderGateMarkdown(empty)).not.toContain('|')
  expect(renderGate(empty)).toContain('for no round was finished')
})
