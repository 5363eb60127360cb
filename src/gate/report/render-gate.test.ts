import { expect, test, vi } from 'vitest'
import { pairEvidence, report, rounds } from '../testing/gate-report.ts'
import { gateReportSchema, type GateReport } from './gate-report.ts'
import { releasedForm } from './released-names.ts'
import { gateRows, renderGate, renderGateMarkdown } from './render-gate.ts'

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

test.each([80, 100, 120])('fits %i columns, and names the columns left out', (width) => {
  vi.stubEnv('COLUMNS', String(width))
  const long = { ...rounds.comparisons[0].comparison, scenario: 'multicast: fan-out to many' }
  const [first] = rounds.comparisons
  const text = renderGate(withRounds({ comparisons: [{ ...first, comparison: long }] }))
  expect(text.split('\n').filter((line) => line.length > width)).toEqual([])
  expect(text).toContain('left out to fit')
  expect(text).toContain('+29.0 %')
  vi.unstubAllEnvs()
})
