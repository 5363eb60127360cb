import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { arbitraryRun } from './arbitrary-run.ts'
import { toCsv } from './csv.ts'
import { COLUMN_COUNTS, HISTORY_COLUMNS } from './history-columns.ts'
import { appendHistory, HistoryError, historyPath, readHistory } from './history-file.ts'
import { historyRows } from './history.ts'
import type { RunFile } from './run-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'history-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const withRows = arbitraryRun.filter((run) => historyRows(run).length > 0)

/** The same run each time, with rows. */
const [aRun, otherRun] = fc.sample(withRows, { numRuns: 2, seed: 1 }) as [RunFile, RunFile]

/** @returns the exit codes. */
async function appendByProcesses(processes: number, runsOfEach: number): Promise<unknown[]> {
  const program = `import { appendHistory } from ${JSON.stringify(join(import.meta.dirname, 'history-file.ts'))}
    const run = JSON.parse(process.argv[2])
    for (let k = 0; k < ${runsOfEach}; k += 1) appendHistory(process.argv[1], run)`
  const args = ['--input-type=module', '--eval', program, folder, JSON.stringify(aRun)]
  const writers = Array.from({ length: processes }, () =>
    spawn(process.execPath, args, { stdio: 'inherit' }),
  )
  return await Promise.all(
    writers.map(async (writer): Promise<unknown> => (await once(writer, 'exit'))[0]),
  )
}

describe('the history', () => {
  test('holds what runs appended to it, whatever their texts are', () => {
    fc.assert(
      fc.property(fc.array(withRows, { minLength: 1, maxLength: 3 }), (runs) => {
        rmSync(historyPath(folder), { force: true })
        for (const run of runs) appendHistory(folder, run)
        expect(readHistory(folder)).toEqual(runs.flatMap(historyRows))
      }),
      { numRuns: 8 },
    )
  })

  test('begins with one header, however many processes append at the same time', async () => {
    const codes = await appendByProcesses(4, 25)
    expect(codes).toEqual([0, 0, 0, 0])
    const rows = historyRows(aRun)
    expect(readHistory(folder)).toEqual(Array.from({ length: 100 }, () => rows).flat())
  })

  test('has nothing of a share, nor of what was interrupted', () => {
    const shared = { startAt: aRun.startedAt, namespace: 'loadtest' }
    const generators = { kind: 'share', share: 1, of: 2, ...shared } as const
    expect(historyRows({ ...aRun, generators })).toEqual([])
    const scenarios = aRun.scenarios.map((scenario) => ({
      ...scenario,
      testStatus: 'cancelled' as const,
    }))
    expect(historyRows({ ...aRun, scenarios })).toEqual([])
  })

  test('is none where nothing was appended', () => {
    expect(readHistory(folder)).toEqual([])
    appendHistory(folder, { ...aRun, scenarios: [] })
    expect(readHistory(folder)).toEqual([])
  })

  test('of other columns is neither added to nor read, and is left as it is', () => {
    writeFileSync(historyPath(folder), 'runId,mean\nx,1\n')
    for (const use of [() => appendHistory(folder, aRun), () => readHistory(folder)]) {
      expect(use).toThrow(HistoryError)
      expect(use).toThrow(/history\.csv: its columns are not those of this version.*Move it away/)
    }
    expect(readFileSync(historyPath(folder), 'utf8')).toBe('runId,mean\nx,1\n')
  })

  describe('of an older version', () => {
    const older = toCsv(HISTORY_COLUMNS.slice(0, COLUMN_COUNTS[0]), historyRows(aRun))

    test('is read, without what it lacks', () => {
      writeFileSync(historyPath(folder), older)
      const none = { seriesKey: null, serviceP50Ms: null, nodeVersion: '', kernel: '' }
      const rows = historyRows(aRun).map(({ runId, p99Ms }) => ({ runId, p99Ms, ...none }))
      expect(readHistory(folder)).toMatchObject(rows)
    })

    test('gets the header of this version with the next run, and keeps its rows', () => {
      writeFileSync(historyPath(folder), older)
      const before = readHistory(folder)
      appendHistory(folder, otherRun)
      expect(readHistory(folder)).toEqual([...before, ...historyRows(otherRun)])
      const [header, ...lines] = readFileSync(historyPath(folder), 'utf8').split('\n')
      expect(header).toBe(HISTORY_COLUMNS.map(({ label }) => label).join(','))
      expect(lines.join('\n').startsWith(older.slice(older.indexOf('\n') + 1))).toBe(true)
      expect(readdirSync(folder)).toEqual(['history.csv'])
    })

    test('loses no row, however many processes append at the same time', async () => {
      writeFileSync(historyPath(folder), older)
      const codes = await appendByProcesses(4, 10)
      expect(codes).toEqual([0, 0, 0, 0])
      const perRun = historyRows(aRun).length
      expect(readHistory(folder)).toHaveLength(41 * perRun)
      expect(readdirSync(folder)).toEqual(['history.csv'])
    })
  })

  test('that was cut off says in which row, and takes further runs', () => {
    appendHistory(folder, aRun)
    const text = readFileSync(historyPath(folder), 'utf8')
    writeFileSync(historyPath(folder), text.slice(0, text.lastIndexOf(',')))
    const count = historyRows(aRun).length
    expect(() => readHistory(folder)).toThrow(`history.csv: row ${count}: `)
    appendHistory(folder, otherRun)
    expect(() => readHistory(folder)).toThrow(`history.csv: row ${count}: `)
  })

  test('with a cell that is no figure says which', () => {
    appendHistory(folder, aRun)
    const text = readFileSync(historyPath(folder), 'utf8')
    writeFileSync(historyPath(folder), text.replace(/"(valid|degraded|invalid)",\d+/, '"valid",x'))
    expect(() => readHistory(folder)).toThrow(/history\.csv: row \d+: requests: /)
  })
})
