import type { IntervalFigures } from '../../src/load/result.ts'
import { intervalsOf, serializeIntervals } from '../../src/run-file/json/intervals-json.ts'
import type { RunFile, ScenarioEntry } from '../../src/run-file/run-file.ts'
import { runOf, scenarioOf } from '../../src/run-file/testing/run-fixture.ts'

/** Sets a mark on the page if a browser takes it for more than a text. */
export const ATTACKS = [
  '</script><script>window.hacked = 1</script>',
  '<img src=x onerror="window.hacked = 1">',
  '"><svg onload="window.hacked = 1">',
  "' onmouseover='window.hacked = 1",
  '</title></style><iframe src="javascript:window.hacked=1">',
  '<!-- ]]> --><base href="https://example.com/">',
  '${window.hacked = 1}{{window.hacked = 1}}',
  'javascript:window.hacked=1',
] as const

const ODD = ['__proto__', '', '\u0000\u001b[31m\u202eabc\ud800', 'x'.repeat(10_000)] as const

/** A run whose every name and reason is hostile, with scenarios that measured nothing, much, and impossible figures. */
export function hostileRun(): RunFile {
  const hour = scenarioOf('hour')
  const minute = intervalsOf(hour.result)
  const seconds = Array.from({ length: 360 }, (_, part) =>
    minute.map((one) => ({ ...one, second: part * minute.length + one.second })),
  ).flat()
  const measured: readonly ScenarioEntry[] = [
    ...[...ATTACKS, ...ODD].map((name) => scenarioNamed(name)),
    { ...hour, result: { ...hour.result, intervals: stored(seconds), measuredMs: 3_600_000 } },
    scenarioOf('nothing', { counts: NONE, responseMs: [] }),
    impossible(),
  ]
  const [attack] = ATTACKS
  return runOf(
    [
      ...measured,
      { state: 'unmeasured', name: attack, file: attack, testStatus: 'failed', error: attack },
      {
        state: 'lost',
        name: attack,
        file: attack,
        testStatus: 'failed',
        error: attack,
        intervals: stored([]),
      },
    ],
    {
      status: 'interrupted',
      commit: { sha: 'a'.repeat(40), short: 'aaaaaaa', branch: attack, isDirty: true },
      profile: attack,
      capacities: [
        {
          name: attack,
          file: attack,
          durationMs: 1_000,
          from: 1,
          precision: 0.1,
          probes: [],
          bracket: { passed: null, failed: null, limit: null, isConfirmed: false },
        },
      ],
      microBenchmarks: [
        {
          file: attack,
          group: attack,
          name: attack,
          samples: 0,
          latency: { meanMs: 0, p50Ms: 0, p75Ms: 0, p99Ms: 0, minMs: 0, maxMs: 1e300 },
          throughputPerSecond: 0,
          relativeMarginOfErrorPercent: null,
        },
      ],
    },
  )
}

function stored(seconds: readonly IntervalFigures[]): ReturnType<typeof serializeIntervals> {
  return serializeIntervals(seconds, Date.parse('2026-01-02T03:04:05.000Z'))
}

const NONE = { planned: 0, started: 0, ok: 0 }

function scenarioNamed(name: string): ScenarioEntry {
  const scenario = scenarioOf(name)
  const { result } = scenario
  const reason = { figure: name, measured: 1, threshold: 1, message: name }
  return {
    ...scenario,
    file: name,
    testStatus: 'failed',
    error: `Error: ${name}`,
    verdict: { kind: 'degraded', reasons: [reason] },
    slo: [
      {
        operation: name,
        metric: name,
        unit: 'ms',
        comparison: '<',
        bound: 0,
        measured: 1,
        punctual: null,
        outcome: 'missed',
        isDefault: false,
        windows: null,
      },
    ],
    result: {
      ...result,
      arrivals: name,
      faults: [
        { state: 'injected', label: name, what: name, plannedAtMs: 0, fromMs: 0, toMs: 1e300 },
        { state: 'failed', label: name, what: null, plannedAtMs: 0, fromMs: 1, reason: name },
      ],
      abortReason: name,
      operations: result.operations.map((operation) => ({
        ...operation,
        name,
        counts: { ...operation.counts, failed: 1 },
        errors: [{ code: name, count: 1, sample: name }],
        losses: {
          kind: 'known',
          of: 'messages',
          promised: 2,
          lost: 1,
          duplicates: 1,
          examples: [name],
        },
      })),
      intervals: stored(intervalsOf(result).map((one) => ({ ...one, operation: name, failed: 1 }))),
    },
  }
}

/** The schema refuses such a run file, but not everything that makes a page reads one. */
function impossible(): ScenarioEntry {
  const scenario = scenarioOf('impossible')
  const response = { p50Ms: Number.NaN, p95Ms: -1, p99Ms: Infinity, maxMs: 1e300 }
  const intervals = intervalsOf(scenario.result).map((one) =>
    one.response === null ? one : { ...one, response: { ...one.response, ...response } },
  )
  return { ...scenario, result: { ...scenario.result, intervals: stored(intervals) } }
}
