import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryRun } from '../run-file/testing/arbitrary-run.ts'
import { toCsv } from '../run-file/csv/csv.ts'
import { HISTORY_COLUMNS } from '../run-file/history/history-row.ts'
import { appendHistory, historyPath } from '../run-file/history/history-file.ts'
import { historyRows } from '../run-file/history/history-rows.ts'
import type { RunFile } from '../run-file/run-file.ts'
import { rowOf, unevenness } from '../trend/testing/history-row.ts'
import { writeRunFile } from '../run-file/write/write-run-file.ts'
import { ended, startCommand, useResultsFolder, type Ended } from './testing/command.ts'

const folder = useResultsFolder()

function trend(...args: readonly string[]): Promise<Ended> {
  return ended(startCommand(['trend', ...args], { BENCH_RESULTS: folder() }))
}

const [sample] = fc.sample(
  arbitraryRun.filter((run) =>
    historyRows(run).some(({ verdict, p50Ms }) => verdict !== 'invalid' && p50Ms !== null),
  ),
  { numRuns: 1, seed: 1 },
) as [RunFile]

function runOf(day: number): RunFile {
  const date = `202601${String(day).padStart(2, '0')}`
  return {
    ...sample,
    runId: `${date}T000000Z-nogit`,
    startedAt: `2026-01-${date.slice(-2)}T00:00:00Z`,
  }
}

test('a folder without runs is inconclusive, with advice', async () => {
  const { exitCode, stdout, stderr } = await trend()
  expect(exitCode).toBe(3)
  expect(stdout).toBe('')
  expect(stderr).toMatch(/^Found no run in .*npm run bench\.\n$/)
})

test('reads runs from files and history, counts duplicates once, and names a broken file', async () => {
  const runs = Array.from({ length: 7 }, (_, k) => runOf(k + 1))
  for (const run of runs.slice(0, 5)) appendHistory(folder(), run)
  for (const run of runs.slice(3)) writeRunFile(folder(), run)
  writeFileSync(join(folder(), '20260108T000000Z-nogit.json'), '{"schemaVersion": 2')
  const { exitCode, stdout, stderr } = await trend('--json', '--metric', 'p50')
  expect(exitCode).toBe(0)
  expect(stderr).toMatch(/^left out: .*20260108T000000Z-nogit\.json: is damaged or was cut off/)
  const { series } = JSON.parse(stdout) as { series: { points: { runId: string }[] }[] }
  for (const { points } of series) {
    expect(points.map(({ runId }) => runId)).toEqual(runs.map(({ runId }) => runId))
  }
  expect(series.length).toBeGreaterThan(0)
  const csv = await trend('--csv', '--metric', 'p50')
  expect(csv.stdout.trimEnd().split('\n').length).toBeGreaterThan(7 * series.length)
})

describe('--alarm', () => {
  /** A history of `runs` runs, of which the last eight are twice as slow. */
  const writeHistory = (runs: number): void => {
    const rows = Array.from({ length: 30 }, (_, day) =>
      rowOf(day, { serviceP50Ms: (1 + unevenness(day)) * (day < 22 ? 1 : 2) }),
    )
    writeFileSync(historyPath(folder()), toCsv(HISTORY_COLUMNS, rows.slice(0, runs)))
  }

  test.each([
    [29, ['--alarm'], 0],
    [30, ['--alarm'], 1],
    [30, [], 0],
    [30, ['--alarm', '--metric', 'p95'], 0],
  ])('after %i runs, %j exits with %i', async (runs, args, expected) => {
    writeHistory(runs)
    const { exitCode, stdout, stderr } = await trend(...args)
    expect(stderr).toBe('')
    expect(stdout).toContain('mixed: register')
    expect(exitCode).toBe(expected)
  })

  test('writes a page beside the runs, also of the whole history', async () => {
    writeHistory(30)
    const { exitCode, stderr } = await trend('--alarm', '--html')
    expect(exitCode).toBe(1)
    expect(stderr).toBe(`page: ${join(folder(), 'trend.html')}\n`)
    const history = await ended(
      startCommand(['results', 'history', '--html'], { BENCH_RESULTS: folder() }),
    )
    expect(history).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('history.html') })
    expect(history.stdout).toMatch(/mixed: register +30 +2026-01-01 +2026-01-30 abc001d +1 +0/)
    for (const name of ['trend.html', 'history.html']) {
      expect(readFileSync(join(folder(), name), 'utf8')).toContain('P50 worse by')
    }
  })

  test('is raised once, not by the following runs', async () => {
    writeHistory(30)
    appendFileSync(
      historyPath(folder()),
      toCsv(HISTORY_COLUMNS, [rowOf(30, { serviceP50Ms: 2 })]).replace(/^.*\n/, ''),
    )
    const { exitCode, stdout } = await trend('--alarm')
    expect(stdout).toContain('P50 worse by')
    expect(exitCode).toBe(0)
  })
})

test('refuses a history of another version and names the file', async () => {
  copyFileSync(import.meta.filename, historyPath(folder()))
  const { exitCode, stderr } = await trend()
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(/history\.csv: its columns are unknown to this version/)
})

test('repeats a simulation exactly', async () => {
  const args = ['--simulate', '--series', '2', '--seed', '3', '--json']
  const [one, other] = await Promise.all([trend(...args), trend(...args)])
  expect(one.exitCode).toBe(0)
  expect((JSON.parse(one.stdout) as { flat: unknown[] }).flat[0]).toMatchObject({ series: 2 })
  expect(other.stdout).toBe(one.stdout)
})

test.each([
  [['--metric', 'p42'], /--metric: "p42" is not a metric; choose one of p50/],
  [['--results', ''], /^--results: is empty/],
  [['--metrc', 'p50'], /Did you mean --metric/],
  [['--json', '--csv'], /choose one of them/],
  [['--simulate', '--seed', 'x'], /--seed: "x" must be a whole number/],
])('%j is refused with the reason', async (args, message) => {
  const { exitCode, stderr } = await trend(...args)
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(message)
})
