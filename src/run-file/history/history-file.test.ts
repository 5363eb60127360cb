import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { arbitraryRun } from '../testing/arbitrary-run.ts'
import { toCsv } from '../csv/csv.ts'
import { COLUMN_COUNTS, HISTORY_COLUMNS, type HistoryRow } from './history-row.ts'
import {
  appendHistory,
  HistoryError,
  historyPath,
  readHistory,
  type History,
} from './history-file.ts'
import { historyRows } from './history-rows.ts'
import type { RunFile } from '../run-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'history-'))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

/** Runs of one generator whose scenarios all ended: few arbitrary ones would be left by a filter alone. */
const withRows = arbitraryRun
  .map((run): RunFile => {
    const scenarios = run.scenarios.map((scenario): typeof scenario => ({
      ...scenario,
      testStatus: 'passed',
      ...(scenario.state === 'measured'
        ? { result: { ...scenario.result, isInterrupted: false } }
        : {}),
    }))
    return { ...run, generators: { kind: 'one' }, scenarios }
  })
  .filter((run) => historyRows(run).length > 0)

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
  test('holds every appended run, whatever its texts', () => {
    fc.assert(
      fc.property(fc.array(withRows, { minLength: 1, maxLength: 3 }), (runs) => {
        rmSync(historyPath(folder), { force: true })
        for (const run of runs) appendHistory(folder, run)
        expect(readHistory(folder)).toEqual(whole(runs.flatMap(historyRows)))
      }),
      { numRuns: 8 },
    )
  })

  test('starts with one header, however many processes append at once', async () => {
    const codes = await appendByProcesses(4, 25)
    expect(codes).toEqual([0, 0, 0, 0])
    const rows = historyRows(aRun)
    expect(readHistory(folder)).toEqual(whole(Array.from({ length: 100 }, () => rows).flat()))
  })

  test('leaves out shards and interrupted runs', () => {
    const shared = { startAt: aRun.startedAt, namespace: 'loadtest' }
    const generators = { kind: 'shard', shard: 1, of: 2, ...shared } as const
    expect(historyRows({ ...aRun, generators })).toEqual([])
    const scenarios = aRun.scenarios.map((scenario) => ({
      ...scenario,
      testStatus: 'cancelled' as const,
    }))
    expect(historyRows({ ...aRun, scenarios })).toEqual([])
  })

  test('is empty if nothing was appended', () => {
    expect(readHistory(folder)).toEqual(whole([]))
    appendHistory(folder, { ...aRun, scenarios: [] })
    expect(readHistory(folder)).toEqual(whole([]))
  })

  test('is neither read nor changed if it has unknown columns', () => {
    writeFileSync(historyPath(folder), 'runId,mean\nx,1\n')
    for (const use of [() => appendHistory(folder, aRun), () => readHistory(folder)]) {
      expect(use).toThrow(HistoryError)
      expect(use).toThrow(/history\.csv: its columns are unknown to this version.*Move it away/)
    }
    expect(readFileSync(historyPath(folder), 'utf8')).toBe('runId,mean\nx,1\n')
  })

  describe('of an older version', () => {
    const older = toCsv(HISTORY_COLUMNS.slice(0, COLUMN_COUNTS[0]), historyRows(aRun))

    test('is read, with null for its missing columns', () => {
      writeFileSync(historyPath(folder), older)
      const none = { seriesKey: null, serviceP50Ms: null, nodeVersion: '', kernel: '' }
      const rows = historyRows(aRun).map(({ runId, p99Ms }) => ({ runId, p99Ms, ...none }))
      expect(readHistory(folder)).toMatchObject({ rows, unread: [] })
    })

    test("gets this version's header with the next run, and keeps its rows", () => {
      writeFileSync(historyPath(folder), older)
      const before = readHistory(folder).rows
      appendHistory(folder, otherRun)
      expect(readHistory(folder)).toEqual(whole([...before, ...historyRows(otherRun)]))
      const [header, ...lines] = readFileSync(historyPath(folder), 'utf8').split('\n')
      expect(header).toBe(HISTORY_COLUMNS.map(({ label }) => label).join(','))
      expect(lines.join('\n').startsWith(older.slice(older.indexOf('\n') + 1))).toBe(true)
      expect(readdirSync(folder)).toEqual(['history.csv'])
    })

    test('loses no row, however many append at once', async () => {
      const [appenders, runsOfEach, rounds] = [4, 3, 100]
      const perRun = historyRows(aRun).length
      // How many rounds have begun, and how many appenders have ended the present one.
      const turn = new Int32Array(new SharedArrayBuffer(8))
      const program = `
        const { workerData: { turn, folder, run } } = require('node:worker_threads')
        import(${JSON.stringify(join(import.meta.dirname, 'history-file.ts'))}).then(({ appendHistory }) => {
          for (let round = 1; round <= ${rounds}; round += 1) {
            while (Atomics.load(turn, 0) < round) Atomics.wait(turn, 0, round - 1)
            for (let k = 0; k < ${runsOfEach}; k += 1) appendHistory(folder, run)
            Atomics.add(turn, 1, 1)
            Atomics.notify(turn, 1)
          }
        })`
      const workerData = { turn, folder, run: aRun }
      const workers = Array.from(
        { length: appenders },
        () => new Worker(program, { eval: true, workerData }),
      )
      const failed = Promise.race(
        workers.map(async (worker) => {
          const [error] = await once(worker, 'error')
          throw error
        }),
      )
      const exits = workers.map(async (worker) => await once(worker, 'exit'))
      const allRounds = async (): Promise<void> => {
        for (let round = 1; round <= rounds; round += 1) {
          writeFileSync(historyPath(folder), older)
          Atomics.store(turn, 1, 0)
          Atomics.store(turn, 0, round)
          Atomics.notify(turn, 0)
          for (let ended = 0; ended < appenders; ended = Atomics.load(turn, 1)) {
            await Atomics.waitAsync(turn, 1, ended).value
          }
          expect(readHistory(folder).rows).toHaveLength((1 + appenders * runsOfEach) * perRun)
          expect(readdirSync(folder)).toEqual(['history.csv'])
        }
        await Promise.all(exits)
      }
      try {
        await Promise.race([allRounds(), failed])
      } finally {
        await Promise.all(workers.map(async (worker) => await worker.terminate()))
      }
    })

    test('is upgraded although a process was killed while it did so', () => {
      writeFileSync(historyPath(folder), older)
      writeFileSync(`${historyPath(folder)}.upgrade`, '')
      let nowMs = 0
      vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 1000))
      appendHistory(folder, otherRun)
      expect(readHistory(folder).rows).toHaveLength(
        historyRows(aRun).length + historyRows(otherRun).length,
      )
      expect(readdirSync(folder)).toEqual(['history.csv'])
    })
  })

  test('may start with a byte-order mark', () => {
    appendHistory(folder, aRun)
    const text = readFileSync(historyPath(folder), 'utf8')
    writeFileSync(historyPath(folder), `\ufeff${text.replaceAll('\n', '\r\n')}`)
    appendHistory(folder, otherRun)
    const { rows, unread } = readHistory(folder)
    expect(unread).toEqual([])
    expect(rows.map(({ runId }) => runId)).toEqual(
      [aRun, otherRun].flatMap(historyRows).map(({ runId }) => runId),
    )
  })

  test('with a header alone, even without a line end, accepts runs', () => {
    appendHistory(folder, aRun)
    const [header = ''] = readFileSync(historyPath(folder), 'utf8').split('\n')
    writeFileSync(historyPath(folder), header)
    appendHistory(folder, aRun)
    expect(readHistory(folder)).toEqual(whole(historyRows(aRun)))
  })

  test('cut off anywhere, loses only the row that was cut off, and names its line', () => {
    fc.assert(
      fc.property(withRows, fc.nat(), (run, cut) => {
        rmSync(historyPath(folder), { force: true })
        appendHistory(folder, run)
        const path = historyPath(folder)
        const text = readFileSync(path, 'utf8')
        const header = text.indexOf('\n') + 1
        const kept = header + (cut % (text.length - header))
        writeFileSync(path, text.slice(0, kept))
        const before = readHistory(folder)
        appendHistory(folder, otherRun)
        const after = readHistory(folder)
        expect(after.rows).toEqual([...before.rows, ...historyRows(otherRun)])
        expect(after.unread).toHaveLength(before.unread.length)
        for (const message of after.unread) {
          expect(message).toMatch(/history\.csv: line \d+: .+ Correct the line, or delete it\.$/)
        }
        // The rest of a run consists of its first rows.
        expect(historyRows(run).slice(0, before.rows.length)).toEqual(before.rows)
      }),
      { numRuns: 60 },
    )
  })

  test('cut off and then completed by two processes, has one damaged line', () => {
    appendHistory(folder, aRun)
    const path = historyPath(folder)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, `${text.slice(0, -5)},cut off\n,cut off\n`)
    expect(readHistory(folder).unread).toHaveLength(1)
  })

  test('skips a row with an invalid cell, and names cell and line', () => {
    appendHistory(folder, aRun)
    appendHistory(folder, otherRun)
    const text = readFileSync(historyPath(folder), 'utf8')
    writeFileSync(historyPath(folder), text.replace(/"(valid|degraded|invalid)",\d+/, '"valid",x'))
    const { rows, unread, incomplete } = readHistory(folder)
    expect(rows).toEqual([aRun, otherRun].flatMap(historyRows).slice(1))
    expect(unread).toEqual([expect.stringMatching(/history\.csv: line 2: requests: .* Correct/)])
    expect([...incomplete]).toEqual([aRun.runId])
  })

  test('names the first damaged lines and counts the rest', () => {
    appendHistory(folder, aRun)
    const [header = ''] = readFileSync(historyPath(folder), 'utf8').split('\n')
    const damage = '"20260102T030405Z-0a1b2c3",1\n'.repeat(1_000)
    writeFileSync(historyPath(folder), `${header}\n${damage}`)
    const { rows, unread } = readHistory(folder)
    expect(rows).toEqual([])
    expect(unread).toHaveLength(11)
    expect(unread.at(-1)).toMatch(/990 more lines are damaged/)
  })

  test.runIf(process.platform !== 'win32')(
    'that is a pipe is refused, and nobody waits for it',
    () => {
      execFileSync('mkfifo', [historyPath(folder)])
      for (const use of [() => appendHistory(folder, aRun), () => readHistory(folder)]) {
        expect(use).toThrow(HistoryError)
        expect(use).toThrow(/history\.csv: is a pipe, .* Move it away/)
      }
    },
  )
})

/** A history of which no line is damaged. */
function whole(rows: readonly HistoryRow[]): History {
  return { rows, unread: [], incomplete: new Set() }
}
