import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countedDeliveries } from '../../load/totals.ts'
import { intervalsOf } from '../json/intervals-json.ts'
import { arbitraryRun, arbitraryText } from '../testing/arbitrary-run.ts'
import { OPERATION_COLUMNS, operationsCsv } from './operations-csv.ts'
import { INTERVAL_COLUMNS, intervalsCsv } from './intervals-csv.ts'
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

function measured(scenarios: readonly ScenarioEntry[]) {
  return scenarios.flatMap((scenario) => (scenario.state === 'measured' ? [scenario] : []))
}

describe('the CSV of a run, read back', () => {
  test('has a row per operation, and one per scenario that was not measured', () => {
    fc.assert(
      fc.property(arbitraryRun, (run) => {
        const rows = parseCsv(operationsCsv(run))
        expect(rows.map(({ scenario, operation }) => [scenario, operation])).toEqual(
          run.scenarios.flatMap((scenario): (string | null)[][] =>
            scenario.state !== 'measured'
              ? [[scenario.name, null]]
              : scenario.result.operations.map(({ name }) => [scenario.name, name]),
          ),
        )
        const aborts = run.scenarios.flatMap((scenario) =>
          scenario.state !== 'measured'
            ? [null]
            : scenario.result.operations.map(() => scenario.result.abortReason),
        )
        expect(rows.map(({ abortReason }) => abortReason)).toEqual(aborts)
        for (const row of rows) {
          expect(row).toMatchObject({ runId: run.runId, profile: run.profile })
        }
      }),
      { numRuns: 25 },
    )
  })

  test('has all counts and times with all their digits', () => {
    fc.assert(
      fc.property(arbitraryRun, (run) => {
        const rows = parseCsv(operationsCsv(run)).filter(({ operation }) => operation !== null)
        const operations = measured(run.scenarios).flatMap(({ result }) => result.operations)
        expect(rows).toHaveLength(operations.length)
        for (const [i, { counts, response, ...operation }] of operations.entries()) {
          const deliveries = countedDeliveries(operation.deliveries)
          expect(rows[i]).toMatchObject(counts)
          expect(rows[i]).toMatchObject({
            responseMeanMs: response.figures.meanMs,
            responseP50Ms: response.figures.p50Ms,
            responseP999Ms: response.figures.p999Ms,
            responseMaxMs: response.figures.maxMs,
            deliveriesMissing: deliveries?.missing ?? null,
            completionP95Ms: deliveries?.completion.figures.p95Ms ?? null,
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
          intervalsOf(scenario).map(({ second, operation, started, ok, response }) => ({
            scenario: name,
            second,
            operation,
            started,
            ok,
            responseP95Ms: response?.p95Ms ?? null,
            responseMaxMs: response?.maxMs ?? null,
          })),
        )
        expect(rows).toHaveLength(intervals.length)
        for (const [i, interval] of intervals.entries()) expect(rows[i]).toMatchObject(interval)
      }),
      { numRuns: 25 },
    )
  })
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

test.each([
  ['operations', OPERATION_COLUMNS],
  ['intervals', INTERVAL_COLUMNS],
])('columns of %s have distinct plain names and a description each', (_, columns) => {
  const labels = columns.map(({ label }) => label)
  expect(new Set(labels).size).toBe(labels.length)
  for (const { label, description } of columns) {
    expect(label).toMatch(/^[a-z][A-Za-z0-9]*$/)
    expect(description).not.toBe('')
  }
})
