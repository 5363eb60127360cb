import { EFFECTS } from '../decision/plan.ts'
import type { Evidence } from '../decision/verdict.ts'
import { GATE_SCHEMA_VERSION, type GateReport } from '../report/gate-report.ts'

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

/** A stage of rounds with a regression, and a percentile that has too few requests. */
export const rounds = {
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

export const pairEvidence = {
  processes: 5,
  baseline: 0.034,
  change: 0.052,
  difference: 0.001_77,
  lower: 0.046,
  upper: 0.055,
  confidence: 0.9375,
  threshold: 0.025,
} as const

/** A gate that found regressions, in every stage but drift. */
export const report: GateReport = {
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

/** The same with three rounds, the last of which the candidate could not be measured in. */
export function aGateReport(name = 'a|b'): GateReport {
  const [judged, ...refused] = rounds.comparisons
  const { id } = judged.comparison
  const time = (ms: number) => ({ [id]: { kind: 'time', ms, requests: 400 } as const })
  const unusable = { [id]: { kind: 'unusable', why: name } as const }
  const comparisons = [
    { ...judged, comparison: { ...judged.comparison, scenario: name }, flaw: name },
    ...refused,
  ]
  return {
    ...report,
    candidate: { ...report.candidate, version: name === 'a|b' ? 'working tree' : name },
    environment: name,
    stages: {
      ...report.stages,
      rounds: {
        ...rounds,
        plan: {
          comparisons: comparisons.map(({ comparison: one }) => one),
          looks: [{ rounds: 7, alpha: 0.025 }],
          confirmation: [{ rounds: 10, alpha: 0.025 }],
          effects: EFFECTS,
          timesDecide: true,
        },
        rounds: [
          { first: 'baseline', baseline: time(1), candidate: time(1.3) },
          { first: 'candidate', baseline: time(1.1), candidate: time(1.4) },
          { first: 'baseline', baseline: time(1), candidate: unusable },
        ],
        comparisons,
      },
    },
  }
}
