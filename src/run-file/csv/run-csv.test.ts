import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countedDeliveries } from '../../load/totals.ts'
import { intervalsOf } from '../json/intervals-json.ts'
import { arbitraryRun, arbitraryText } from '../testing/arbitrary-run.ts'
import { OPERATION_COLUMNS, operationsCsv } from './operations-csv.ts'
import { INTERVAL_COLUMNS, intervalsCsv } from './intervals-csv.ts'
import { loadResult } from '../../load/testing/result-fixture.ts'
import type { SloRow } from '../../load/slo/slo-row.ts'
import { serializeLoadResult } from '../json/load-result-json.ts'
import { runOf, scenarioOf } from '../testing/run-fixture.ts'
import { faultedScenario } from '../testing/faulted-scenario.ts'
import { FAULT_COLUMNS, faultsCsv } from './faults-csv.ts'
import { microCsv } from './micro-csv.ts'
import { sloCsv } from './slo-csv.ts'
import { toCsv } from './csv.ts'
import type { ScenarioEntry } from '../run-file.ts'

/** RFC 4180 to the letter; an unquoted cell is a number, a boolean or nothing, a quoted one a text. */
function parseCsv(
  csv: string,
): readonly Readonly<Record<string, string | number | boolean | null>>[] {
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))([,\n])/gy
  const table: (string | number | boolean | null)[][] = []
  let row: (string | number | boolean | null)[] = []
  while (cell.lastIndex < csv.length) {
    const at = cell.lastIndex
    const match = cell.exec(csv)
    if (match === null) throw new Error(`not CSV at ${at}: ${csv.slice(at, at + 40)}`)
    const [, quoted, bare = '', end] = match
    row.push(quoted === undefined ? parseBare(bare) : parseText(quoted))
    if (end !== '\n') continue
    table.push(row)
    row = []
  }
  expect(row).toEqual([])
  const [header = [], ...rows] = table
  return rows.map((cells) => {
    expect(cells).toHaveLength(header.length)
    return Object.fromEntries(header.map((label, i) => [String(label), cells[i] ?? null]))
  })
}

function parseBare(text: string): string | number | boolean | null {
  if (text === '') return null
  if (text === 'true' || text === 'false') return text === 'true'
  return Number.isNaN(Number(text)) ? text : Number(text)
}

function parseText(quoted: string): string {
  return quoted.replaceAll('""', '"').replace(/^'/, '')
}

function toMicrosecond(ms: number | null): number | null {
  return ms === null ? null : Number(ms.toFixed(3))
}

function measured(scenarios: readonly ScenarioEntry[]) {
  return scenarios.flatMap((scenario) => (scenario.state === 'measured' ? [scenario] : []))
}

describe('the CSV of a run, read back', () => {
  test('has a row per operation and one for all of them, or one per scenario that was not measured', () => {
    fc.assert(
      fc.property(arbitraryRun, (run) => {
        const rows = parseCsv(operationsCsv(run))
        expect(rows.map(({ scenario, row, operation }) => [scenario, row, operation])).toEqual(
          run.scenarios.flatMap((scenario): (string | null)[][] =>
            scenario.state !== 'measured'
              ? [[scenario.name, 'scenario', null]]
              : [
                  ...scenario.result.operations.map(({ name }) => [
                    scenario.name,
                    'operation',
                    name,
                  ]),
                  [scenario.name, 'all operations', null],
                ],
          ),
        )
        const aborts = run.scenarios.flatMap((scenario) =>
          scenario.state !== 'measured'
            ? [null]
            : [...scenario.result.operations, 'all'].map(() => scenario.result.abortReason),
        )
        expect(rows.map(({ abortReason }) => abortReason)).toEqual(aborts)
        for (const row of rows) {
          expect(row).toMatchObject({ runId: run.runId, profile: run.profile })
        }
      }),
      { numRuns: 25 },
    )
  })

  test('has all counts, and times to the µs', () => {
    fc.assert(
      fc.property(arbitraryRun, (run) => {
        const rows = parseCsv(operationsCsv(run)).filter(({ row }) => row === 'operation')
        const operations = measured(run.scenarios).flatMap(({ result }) => result.operations)
        expect(rows).toHaveLength(operations.length)
        for (const [i, { counts, response, ...operation }] of operations.entries()) {
          const deliveries = countedDeliveries(operation.deliveries)
          expect(rows[i]).toMatchObject(counts)
          expect(rows[i]).toMatchObject({
            responseMeanMs: toMicrosecond(response.figures.meanMs),
            responseP50Ms: toMicrosecond(response.figures.p50Ms),
            responseP999Ms: toMicrosecond(response.figures.p999Ms),
            responseMaxMs: toMicrosecond(response.figures.maxMs),
            deliveriesMissing: deliveries?.missing ?? null,
            completionP95Ms: toMicrosecond(deliveries?.completion.figures.p95Ms ?? null),
          })
        }
      }),
      { numRuns: 25 },
    )
  })

  test('has every second of every operation', () => {
    fc.assert(
      fc.property(arbitraryRun, (run) => {
        const rows = parseCsv(intervalsCsv(run))
        const scenarios = run.scenarios.flatMap((scenario) => {
          if (scenario.state === 'unmeasured') return []
          const { name } = scenario
          return { name, ...(scenario.state === 'lost' ? scenario : scenario.result) }
        })
        const intervals = scenarios.flatMap(({ name, ...scenario }) =>
          intervalsOf(scenario).map(({ response, second, operation, planned, ok, inFlight }) => ({
            scenario: name,
            second,
            operation,
            planned,
            ok,
            inFlight,
            responseP95Ms: toMicrosecond(response?.p95Ms ?? null),
            responseMaxMs: toMicrosecond(response?.maxMs ?? null),
          })),
        )
        expect(rows).toHaveLength(intervals.length)
        for (const [i, interval] of intervals.entries()) expect(rows[i]).toMatchObject(interval)
      }),
      { numRuns: 25 },
    )
  })
})

test('has a row per bound, in its unit and rounded', () => {
  const bound: SloRow = {
    operation: 'all',
    metric: 'success rate',
    unit: 'ratio',
    comparison: '>',
    bound: 0.99,
    measured: 2 / 3,
    punctual: null,
    outcome: 'missed',
    isDefault: true,
    windows: { everyMs: 1_000, judged: 9, missed: 2, inconclusive: 1, worstFromMs: 3_000 },
  }
  const slow = { ...bound, metric: 'response P95', unit: 'ms', measured: 41.000_04 } as const
  const run = runOf([scenarioOf('=mixed', {}, { slo: [bound, slow] })])
  const common = { scenario: '=mixed', operation: 'all', outcome: 'missed', verdict: 'valid' }
  expect(parseCsv(sloCsv(run) ?? '')).toMatchObject([
    { ...common, measured: 0.666_667, unit: 'ratio', windowsJudged: 9, worstFromMs: 3_000 },
    { ...common, measured: 41, bound: 0.99, unit: 'ms', punctual: null, isDefault: true },
  ])
  expect(sloCsv(runOf([]))).toBeNull()
})

test('has a row per micro-benchmark', () => {
  const latency = { meanMs: 0.000_123_456, p50Ms: 1, p75Ms: 1, p99Ms: 1, minMs: 1, maxMs: 1 }
  const entry = { file: 'a', group: 'b', name: 'c', samples: 5, latency }
  const figures = { throughputPerSecond: 8_100_000.123, relativeMarginOfErrorPercent: 1.234_56 }
  const run = { ...runOf([]), microBenchmarks: [{ ...entry, ...figures }] }
  expect(parseCsv(microCsv(run) ?? '')).toMatchObject([
    {
      name: 'c',
      samples: 5,
      latencyMeanMs: 0.000_123_5,
      throughputPerSecond: 8_100_000.1,
      relativeMarginOfErrorPercent: 1.235,
    },
  ])
  expect(microCsv(runOf([]))).toBeNull()
})

test('all operations are the sum of those of the scenario, one named "all" included', () => {
  const result = loadResult({
    all: { responseMs: [1, 1] },
    b: { responseMs: [9], counts: { planned: 10, started: 10, ok: 10 } },
  })
  const scenario = { ...scenarioOf('x'), result: serializeLoadResult(result) }
  const rows = parseCsv(operationsCsv(runOf([scenario])))
  expect(rows).toMatchObject([
    { row: 'operation', operation: 'all', planned: 1_000, responseMaxMs: 1 },
    { row: 'operation', operation: 'b', planned: 10 },
    { row: 'all operations', operation: null, planned: 1_010, ok: 1_010, responseP50Ms: 1 },
  ])
  expect(rows[2]?.['achievedPerSecond']).toBe(101)
  expect(rows[2]?.['responseMaxMs']).toBeCloseTo(9, 1)
})

test('a second has the time at which it began', () => {
  const [first, second] = parseCsv(intervalsCsv(runOf([scenarioOf('x')])))
  expect(first).toMatchObject({ second: 0, timestamp: '2026-01-02T03:04:05.678Z' })
  expect(second).toMatchObject({ second: 1, timestamp: '2026-01-02T03:04:06.678Z' })
})

describe('texts in CSV', () => {
  const columns = [{ label: 'text', description: '', value: ({ text }: { text: string }) => text }]

  test('read back unchanged, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(arbitraryText), (texts) => {
        const csv = toCsv(
          columns,
          texts.map((text) => ({ text })),
        )
        expect(parseCsv(csv).map(({ text }) => text)).toEqual(texts)
      }),
    )
  })

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1+1'])(
    '%j is no formula to a spreadsheet',
    (text) => {
      expect(toCsv(columns, [{ text }])).toBe(`text\n"'${text}"\n`)
    },
  )

  test('negative numbers are numbers, not texts', () => {
    const numbers = [{ label: 'n', description: '', value: ({ n }: { n: number }) => n }]
    expect(toCsv(numbers, [{ n: -1.5 }])).toBe('n\n-1.5\n')
  })
})

describe('faults and losses', () => {
  const run = runOf([faultedScenario()])

  test('have a row per fault, with what requests show of it', () => {
    expect(parseCsv(faultsCsv(run) ?? '')).toMatchObject([
      {
        fault: 'kill Redis primary',
        what: 'redis-2 at 127.0.0.1:7002',
        state: 'injected',
        fromMs: 2_010,
        timestamp: '2026-01-02T03:04:07.688Z',
        notOk: 250,
        withoutSuccessSeconds: 2,
        failingForMs: 2_990,
      },
      { fault: 'pause gateway', fromMs: 6_000, toMs: 7_500, notOk: 0, failingForMs: null },
    ])
    expect(faultsCsv(runOf([scenarioOf('calm')]))).toBeNull()
  })

  test('are in the rows of seconds and operations', () => {
    expect(parseCsv(intervalsCsv(run)).map(({ faults }) => faults)).toEqual([
      null,
      null,
      'kill Redis primary',
      null,
      null,
      null,
      'pause gateway',
      'pause gateway',
      null,
      null,
    ])
    expect(parseCsv(operationsCsv(run))[0]).toMatchObject({
      unavailableMs: 2_345,
      promisesOf: 'registrations',
      promised: 3_000,
      lost: 12,
      promiseDuplicates: null,
    })
  })
})

test.each([
  ['operations', OPERATION_COLUMNS],
  ['intervals', INTERVAL_COLUMNS],
  ['faults', FAULT_COLUMNS],
])('columns of %s have distinct plain names and a description each', (_, columns) => {
  const labels = columns.map(({ label }) => label)
  expect(new Set(labels).size).toBe(labels.length)
  for (const { label, description } of columns) {
    expect(label).toMatch(/^[a-z][A-Za-z0-9]*$/)
    expect(description).not.toBe('')
  }
})
