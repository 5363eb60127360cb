import { expect, test } from 'vitest'
import type { Evidence } from '../decision/verdict.ts'
import { GATE_SCHEMA_VERSION, gateReportSchema, type GateReport } from './gate-report.ts'
import { releasedForm } from './released-names.ts'
import { gateRows, renderGate, renderGateMarkdown } from './render-gate.ts'

const version = {
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

const rounds = {
  kind: 'measured',
  scenarios: ['a.load.ts'],
  durationMs: 8_000,
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
} as const satisfies GateReport['stages']['rounds']

const pairEvidence = {
  processes: 5,
  baseline: 0.034,
  change: 0.052,
  difference: 0.001_77,
  lower: 0.046,
  upper: 0.055,
  confidence: 0.9375,
  threshold: 0.025,
} as const

const report: GateReport = {
  kind: 'gate',
  schemaVersion: GATE_SCHEMA_VERSION,
  status: 'complete',
  startedAt: '2026-01-02T03:04:05.000Z',
  finishedAt: '2026-01-02T03:06:05.000Z',
  baseline: version,
  candidate: { ...version, version: 'working tree' },
  subject: ['src/registry'],
  sameness: { isSubjectSame: true, arePackagesSame: true, isNodeSame: true },
  environment: 'a machine, 2 cores, Node 24, Redis 7 and NATS 2 (programs)',
  budgetMs: 600_000,
  elapsedMs: 120_000,
  stages: {
    counts: {
      kind: 'counted',
      baseline: [],
      candidate: [],
      verdicts: [
        {
          operation: 'register',
          verdict: 'regression',
          changes: [{ counter: 'Redis EXISTS', baseline: 0, candidate: 1 }],
        },
        { operation: 'heartbeat', verdict: 'pass', changes: [] },
      ],
    },
    pairs: {
      kind: 'measured',
      operations: [
        {
          operation: 'register',
          endings: [],
          state: {
            kind: 'judged',
            metrics: [
              {
                operation: 'register',
                metric: 'latency',
                verdict: { kind: 'regression', evidence: pairEvidence },
              },
            ],
          },
        },
        {
          operation: 'watch',
          endings: [],
          state: { kind: 'failed', version: 'candidate', phase: 'call', error: 'boom' },
        },
      ],
    },
    drift: { kind: 'skipped', why: 'not requested', isMissed: false },
    rounds,
  },
  verdict: 'regression',
  exitCode: 1,
  runs: 'results/gate',
}

function withRounds(changes: Partial<typeof rounds> | object): GateReport {
  return { ...report, stages: { ...report.stages, rounds: { ...rounds, ...changes } } }
}

test.each([renderGate, renderGateMarkdown])('%o shows all evidence of rounds', (render) => {
  const text = render(report)
  expect(text).toContain('regression: working tree against main (0a1b2c3)')
  for (const cell of ['1.00 ms', '1.30 ms', '+29.0 %', '+25.0 % … ? (95 %)', '0.0010', '+6.0 %']) {
    expect(text).toContain(cell)
  }
  expect(text).toContain(
    '+30.0 % (p 0.0078 ≤ 0.025, 95 % interval +25.0 % … ?) in 7 rounds, confirmed by 10 fresh ones: +29.0 % (p 0.0010',
  )
  expect(text).toContain('this is A against A')
  expect(text).toContain('drift: skipped, not requested')
})

test.each([renderGate, renderGateMarkdown])(
  '%o shows the evidence of calls in µs and %%',
  (render) => {
    const text = render(report)
    expect(text).toMatch(/Redis EXISTS.*0.*1.*regression/)
    expect(text).toMatch(/34\.0 µs.*\+5\.2 %.*\+4\.6 %, \+5\.5 %.*\+1\.77 µs.*2\.5 %.*regression/)
    expect(text).toMatch(/watch.*candidate fails, call: boom/)
  },
)

test('rows of JUnit match the tables', () => {
  const rows = gateRows(report)
  expect(rows.map(({ group, name, verdict }) => `${group}: ${name}, ${verdict}`)).toEqual([
    'counts: register Redis EXISTS, regression',
    'counts: heartbeat all counters, pass',
    'pairs: register latency, regression',
    'pairs: watch –, regression',
    'rounds: a|b send service p50, regression',
  ])
})

test('reports that equal versions pass without being measured', () => {
  const skipped = { kind: 'skipped', why: 'equal', isMissed: false } as const
  const stages = { counts: skipped, pairs: skipped, drift: skipped, rounds: skipped }
  const equal = { ...report, stages, verdict: 'pass', exitCode: 0 } as const
  const text = renderGate(equal)
  expect(gateRows(equal)).toMatchObject([{ name: 'equal versions', verdict: 'pass' }])
  expect(text).toContain('src/registry, its packages and Node are the same in both')
  expect(text).toContain('pass: working tree against main (0a1b2c3), without measuring')
})

test('lists a metric with too few requests in a line, or in a row if it was requested by name', () => {
  const advice =
    'not judged: a|b › send has 800 requests per round; needed: service p99 10,000 (--duration 100s)'
  expect(renderGate(report)).toContain(advice)
  const asked = rounds.comparisons.map((judged) => ({
    ...judged,
    comparison: { ...judged.comparison, isAsked: true },
  }))
  const text = renderGate(withRounds({ comparisons: asked }))
  expect(text).not.toContain(advice)
  expect(text).toContain('refused: 800 requests per round, 10,000 needed')
})

test('escapes names in Markdown: no mention, tag, column or line break', () => {
  const hostile = '@org/team <img src=x> `a` | b\n# c'
  const [first, ...others] = rounds.comparisons
  const named = { ...first.comparison, id: hostile, scenario: hostile, operation: hostile }
  const text = renderGateMarkdown({
    ...withRounds({ comparisons: [{ ...first, comparison: named, flaw: hostile }, ...others] }),
    candidate: { ...report.candidate, version: hostile },
  })
  for (const part of ['@org', '<img', '`a`', '\n# c']) expect(text).not.toContain(part)
  const rows = text.split('\n').filter((line) => line.startsWith('|'))
  const columns = rows.map((line) => line.split('|').length)
  // Of counts, pairs and rounds.
  expect(new Set(columns)).toEqual(new Set([7, 10, 13]))
})

test('strips control characters from names on a terminal', () => {
  const [first] = rounds.comparisons
  const hostile = { ...first.comparison, id: 'a\u001B[2J', scenario: 'a\u001B[2J' }
  const text = renderGate(withRounds({ comparisons: [{ ...first, comparison: hostile }] }))
  expect(text).not.toContain('\u001B[2J')
})

test('reports an interrupted gate as undecided unless it found a regression', () => {
  const interrupted = { ...report, status: 'interrupted' } as const
  expect(renderGate({ ...interrupted, verdict: 'inconclusive' })).toContain('interrupted: ')
  expect(renderGate(interrupted)).toContain('regression: working tree')
})

test('the report matches its schema', () => {
  expect(gateReportSchema.parse(report)).toEqual(report)
})

test('reports an unfinished first round', () => {
  expect(renderGate(withRounds({ comparisons: [] }))).toContain('no round was completed')
})

test('shows a failure that did not recur', () => {
  const failure = { kind: 'failed', version: 'candidate', phase: 'call' } as const
  const once = { ...failure, error: 'boom' }
  const operation = 'watch'
  const state = { kind: 'judged', metrics: [] } as const
  const pairs = { kind: 'measured', operations: [{ operation, endings: [once], state }] } as const
  const counts = { ...failure, why: 'watch, call: boom', isConfirmed: false }
  const stages = { ...report.stages, counts, pairs, drift: { ...once, isConfirmed: false } }
  const text = renderGate({ ...report, stages })
  expect(text.match(/inconclusive: candidate failed once, .*call: boom/g)).toHaveLength(3)
  expect(gateReportSchema.parse({ ...report, stages })).toEqual({ ...report, stages })
})

test('gate.json keeps the released names of both versions', () => {
  const released = releasedForm(report)
  expect(Object.keys(released)).toEqual(
    Object.keys(report).map((key) => ({ baseline: 'base', candidate: 'head' })[key] ?? key),
  )
  expect(released).toMatchObject({
    base: { version: 'main (0a1b2c3)' },
    head: { version: 'working tree' },
    stages: {
      counts: { base: [], head: [], verdicts: [{ changes: [{ base: 0, head: 1 }] }, {}] },
      pairs: {
        operations: [
          { state: { metrics: [{ verdict: { evidence: { base: pairEvidence.baseline } } }] } },
          { state: { kind: 'failed', arm: 'head', phase: 'call', error: 'boom' } },
        ],
      },
      rounds,
    },
  })
})
