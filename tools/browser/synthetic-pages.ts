import { compareRuns } from '../../src/compare/decision/compare-runs.ts'
import { comparisonPage } from '../../src/compare/report/comparison-page.ts'
import { gatePage } from '../../src/gate/report/html/gate-page.ts'
import { aGateReport } from '../../src/gate/testing/gate-report.ts'
import type { Page } from '../../src/report/html/page.ts'
import { runPage } from '../../src/report/html/run/run-page.ts'
import { readSlo } from '../../src/load/slo/slo.ts'
import type { CapacityEntry, ProbeEntry, ScenarioEntry } from '../../src/run-file/run-file.ts'
import { faultedScenario, KILL_AND_PAUSE } from '../../src/run-file/testing/faulted-scenario.ts'
import { runOf, scenarioOf } from '../../src/run-file/testing/run-fixture.ts'
import { METRICS } from '../../src/trend/decision/metrics.ts'
import { seriesOf } from '../../src/trend/decision/series.ts'
import { trendPage } from '../../src/trend/report/trend-page.ts'
import { rowOf, unevenness } from '../../src/trend/testing/history-row.ts'
import { slowestPage } from './slowest-page.ts'

/** Pages of every kind, of figures that are made up. */
export function syntheticPages(): Readonly<Record<string, Page>> {
  return {
    empty: runPage(runOf([])),
    inconclusive: runPage(runOf([inconclusive()])),
    faults: runPage(runOf([faulted()])),
    slowest: slowestPage(),
    capacity: runPage(runOf([], { capacities: [CAPACITY] })),
    comparison: comparison(),
    gate: gatePage(aGateReport(), []),
    trend: trend(),
  }
}

/** A bound that was missed only because the generator was late. */
function inconclusive(): ScenarioEntry {
  return scenarioOf(
    'mixed',
    {
      responseMs: Array.from({ length: 500 }, (_, k) => 2 + (k % 100) ** 2 / 200),
      serviceMs: Array.from({ length: 500 }, (_, k) => 2 + (k % 100) / 20),
    },
    {
      verdict: {
        kind: 'degraded',
        reasons: [
          {
            figure: 'lateness P99',
            measured: 40,
            threshold: 5,
            message: '1 % of the requests started 40.0 ms late or more, above the limit of 5.00 ms',
          },
        ],
      },
      slo: [
        {
          operation: 'a',
          metric: 'response P95',
          unit: 'ms',
          comparison: '<',
          bound: 20,
          measured: 47,
          punctual: 6.75,
          outcome: 'inconclusive',
          isDefault: false,
          windows: null,
        },
      ],
      bounds: [...readSlo({ operations: { a: { response: { p95: '20ms' } } } })],
    },
  )
}

/** A load during which something broke, something could not be broken, and the load ended before the last fault. */
function faulted(): ScenarioEntry {
  const at = (plannedAtMs: number, label: string) => ({ label, what: null, plannedAtMs })
  const reason = 'NATS node 1 has no disk of its own'
  return faultedScenario([
    ...KILL_AND_PAUSE,
    { state: 'failed', ...at(8_000, 'fill disk of NATS node 1'), fromMs: 8_001, reason },
    { state: 'not reached', ...at(12_000, 'restart NATS node 2') },
  ])
}

function comparison(): Page {
  const [baseline, candidate] = [1, 1.3].map((slower) =>
    runOf([
      scenarioOf('mixed', {
        responseMs: Array.from({ length: 500 }, (_, k) => slower * (1 + (k % 100) ** 2 / 500)),
      }),
    ]),
  )
  if (baseline === undefined || candidate === undefined) throw new Error('two runs')
  const runs = [baseline, candidate] as const
  return comparisonPage(compareRuns(...runs, { isUnlikeAllowed: false }), runs)
}

function trend(): Page {
  const rows = Array.from({ length: 40 }, (_, day) =>
    rowOf(day, { serviceP50Ms: (1 + unevenness(day)) * (day < 20 ? 1 : 1.2) }),
  )
  const series = seriesOf(rows, { metrics: METRICS, isByReference: true })
  return trendPage(series, { title: 'History of load tests', unread: [] })
}

/** A system that holds 2,200/s. */
const CAPACITY: CapacityEntry = {
  name: 'register: registration baseline',
  file: 'bench/register.load.ts',
  durationMs: 5_000,
  from: 200,
  precision: 0.1,
  probes: [200, 400, 800, 1_600, 3_200, 2_400, 2_000, 2_200, 2_400, 2_200].map(probe),
  bracket: { passed: 2_200, failed: 2_400, limit: 'system', isConfirmed: true },
}

function probe(rate: number): ProbeEntry {
  const holds = rate <= 2_200
  const p50Ms = 1 / (1 - rate / 3_600)
  return {
    rate,
    durationMs: 5_000,
    outcome: holds ? 'passed' : 'system',
    reasons: holds ? [] : ['response P95 is above 10 ms'],
    startedAt: '2026-01-02T03:04:05.000Z',
    achievedPerSecond: rate,
    response: { p50Ms, p95Ms: p50Ms * 4, p99Ms: p50Ms * 7, maxMs: p50Ms * 15 },
    latenessP99Ms: 0.2,
  }
}
