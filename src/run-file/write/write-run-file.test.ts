import { spawn } from 'node:child_process'
import { once } from 'node:events'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { SloRow } from '../../load/slo/slo-row.ts'
import { longResult } from '../testing/long-run.ts'
import { faultedScenario, TWELVE_LOST } from '../testing/faulted-scenario.ts'
import { runOf, scenarioOf } from '../testing/run-fixture.ts'
import { arbitraryRun } from '../testing/arbitrary-run.ts'
import { systemOf } from '../../environment/backends.ts'
import { describeSystem } from '../provenance/describe-system.ts'
import { hasNotes } from '../csv/notes-csv.ts'
import { readRunFile, RunFileError, type RunFileFault } from '../read/read-run-file.ts'
import { ensureWritableFolder, ResultsFolderError } from './results-folder.ts'
import type { RunFile } from '../run-file.ts'
import { numberedRunId } from '../run-id.ts'
import { RunRecord } from './run-record.ts'
import { pathsOf, writeRunFile } from './write-run-file.ts'

let folder: string
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'results-'))
})
afterEach(() => fs.rmSync(folder, { recursive: true }))

const aRun = firstMeasuredRun()
const BOUND: SloRow = {
  operation: 'a',
  metric: 'response P95',
  unit: 'ms',
  comparison: '<',
  bound: 50,
  measured: 12.345678,
  punctual: null,
  outcome: 'met',
  isDefault: false,
  windows: null,
}
const MICRO = {
  file: 'bench/core/a.bench.ts',
  group: 'a',
  name: 'b',
  samples: 10,
  latency: { meanMs: 1, p50Ms: 1, p75Ms: 1, p99Ms: 1, minMs: 1, maxMs: 1 },
  throughputPerSecond: 1_000,
  relativeMarginOfErrorPercent: null,
}

/** A run whose bounds and micro-benchmarks are left out. */
function withNotesOnly(run: RunFile): RunFile {
  const scenarios = run.scenarios.map((scenario) =>
    scenario.state === 'measured' ? { ...scenario, slo: [] } : scenario,
  )
  return { ...run, scenarios, microBenchmarks: [] }
}

function firstMeasuredRun(): RunFile {
  const samples = fc.sample(arbitraryRun, { seed: 1, numRuns: 20 })
  const run = samples.find(
    (sample) => sample.scenarios[0]?.state === 'measured' && hasNotes(sample),
  )
  if (run === undefined) throw new Error('no sample has a measured scenario')
  return run
}

describe('a run written to files', () => {
  test('reads back unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRun, async (run) => {
        const { json } = writeRunFile(folder, run)
        expect(await readRunFile(json)).toEqual(run)
      }),
      { numRuns: 25 },
    )
  })

  test.each([
    ['three files', { ...aRun, scenarios: [], microBenchmarks: [] }, []],
    ['one more where bounds were judged', runOf([scenarioOf('a', {}, { slo: [BOUND] })]), ['slo']],
    ['one more where requests wrote', withNotesOnly(aRun), ['metrics']],
    ['one more of micro-benchmarks', { ...runOf([]), microBenchmarks: [MICRO] }, ['micro']],
  ])('is %s, named after it, and no other file', (_, run, others) => {
    const endings = ['csv', 'intervals.csv', 'json', ...others.map((other) => `${other}.csv`)]
    writeRunFile(folder, run)
    writeRunFile(folder, run)
    const files = endings.map((ending) => `${run.runId}.${ending}`)
    expect(fs.readdirSync(folder).toSorted()).toEqual(files.toSorted())
  })

  test('of an hour of ten operations is below 20 MB: a tenth of it, below 2 MB', () => {
    const { result: _, ...scenario } = scenarioOf('long')
    const run = runOf([{ ...scenario, result: longResult(360, 10) }])
    const { json } = writeRunFile(folder, run)
    const { size } = fs.statSync(json)
    expect(size).toBeGreaterThan(1e6)
    expect(size).toBeLessThan(2e6)
  })

  test('has each list of numbers on one line', () => {
    const { json } = writeRunFile(folder, runOf([scenarioOf('a')]))
    expect(fs.readFileSync(json, 'utf8')).toMatch(/^ +"seconds": \[0,1,2,3,4,5,6,7,8,9\],$/m)
  })

  test('replaces its own earlier state', async () => {
    writeRunFile(folder, { ...aRun, status: 'running', scenarios: [] })
    const { json } = writeRunFile(folder, { ...aRun, status: 'complete' })
    expect(await readRunFile(json)).toEqual({ ...aRun, status: 'complete' })
  })

  test('is complete, whenever its writer is killed', async () => {
    const program = `
      import { writeRunFile } from ${JSON.stringify(import.meta.resolve('./write-run-file.ts'))}
      const run = JSON.parse(process.argv[2])
      for (;;) writeRunFile(process.argv[1], run)`
    const args = ['--input-type=module', '--eval', program, folder, JSON.stringify(aRun)]
    const writer = spawn(process.execPath, args, { stdio: 'inherit' })
    const path = join(folder, `${aRun.runId}.json`)
    await vi.waitFor(() => expect(fs.existsSync(path)).toBe(true), { timeout: 20_000 })
    await sleep(Math.random() * 50)
    writer.kill('SIGKILL')
    await once(writer, 'exit')
    expect(await readRunFile(path)).toEqual(aRun)
  })

  test('holds no secret of an address, wherever the address appears', () => {
    const secret = fc.stringMatching(/^[a-zA-Z0-9@/?#:%]{4,12}$/).map((text) => `Q7${text}7Q`)
    fc.assert(
      fc.property(secret, (password) => {
        const redisUrl = `redis://:${password}@127.0.0.1:6379/0`
        const natsUrl = `nats://${password}@127.0.0.1:4222`
        const due = { plannedAtMs: 1, fromMs: 1 }
        const run: RunFile = {
          ...aRun,
          system: describeSystem(
            systemOf({
              kind: 'external',
              redisUrl,
              natsUrls: [natsUrl, natsUrl],
              redisVersion: '7.0.15',
              natsVersion: '2.9.10',
              configurationHash: null,
              natsTopology: `cluster of ${natsUrl}`,
            }),
          ),
          scenarios: [
            {
              state: 'unmeasured',
              name: `against ${natsUrl}`,
              file: 'bench/a.load.ts',
              testStatus: 'failed',
              error: `connect ECONNREFUSED ${redisUrl}: gave up`,
            },
            faultedScenario(
              [
                { ...due, label: `kill ${natsUrl}`, what: redisUrl, state: 'not reached' },
                { ...due, label: 'cut', what: null, state: 'failed', reason: `no ${redisUrl}` },
              ],
              { ...TWELVE_LOST, examples: [redisUrl] },
            ),
          ],
        }
        const paths = writeRunFile(folder, run)
        for (const path of Object.values(paths)) {
          expect(fs.readFileSync(path, 'utf8')).not.toContain(password)
        }
        expect(fs.readFileSync(paths.json, 'utf8')).toContain('redis://***@127.0.0.1:6379/0')
        expect(fs.readFileSync(paths.csv, 'utf8')).toContain('nats://***@127.0.0.1:4222')
      }),
      { numRuns: 50 },
    )
  })

  test('is not written if its own reader would refuse it; the error names the place', () => {
    const broken = { ...aRun, environment: { ...aRun.environment, memoryBytes: Number.NaN } }
    expect(() => writeRunFile(folder, broken)).toThrow(/environment\.memoryBytes/)
    expect(fs.readdirSync(folder)).toEqual([])
  })

  test('leaves no half-written file in a folder that accepts none', () => {
    fs.mkdirSync(join(folder, `${aRun.runId}.json`))
    expect(() => writeRunFile(folder, aRun)).toThrow(ResultsFolderError)
    expect(fs.readdirSync(folder)).toEqual([`${aRun.runId}.json`])
  })
})

describe('runs that start in one folder in the same second', () => {
  const runId = '20260102T030405Z-0a1b2c3'

  test('get distinct names, whatever process they belong to, and none is lost', async () => {
    const program = `
      import { createRunFile } from ${JSON.stringify(import.meta.resolve('./write-run-file.ts'))}
      const run = JSON.parse(process.argv[2])
      for (let k = 0; k < 10; k++) console.log(createRunFile(process.argv[1], run).runId)`
    const args = [
      '--input-type=module',
      '--eval',
      program,
      folder,
      JSON.stringify({ ...aRun, runId }),
    ]
    const printed = await Promise.all(
      Array.from({ length: 6 }, () => {
        const writer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
        return textOf(writer.stdout)
      }),
    )
    const names = printed.flatMap((lines) => lines.trim().split('\n'))
    expect(names).toHaveLength(60)
    const wanted = Array.from({ length: 60 }, (_, k) => numberedRunId(runId, k + 1))
    expect(names.toSorted()).toEqual(wanted.toSorted())
    for (const name of wanted) {
      expect((await readRunFile(join(folder, `${name}.json`))).runId).toBe(name)
    }
    const { json: _, ...tables } = pathsOf(folder, aRun)
    expect(fs.readdirSync(folder)).toHaveLength((1 + Object.keys(tables).length) * 60)
  })
})

describe('a record of a run', () => {
  const open = () => RunRecord.open({ folder, profile: 'short' })
  const memory = { kind: 'memory', notice: 'in memory' } as const

  test('leaves no file if it never measured anything', async () => {
    await open()
    expect(fs.readdirSync(folder)).toEqual([])
  })

  test('continues when its folder accepts no more files, and says so', async () => {
    const record = await open()
    fs.rmSync(folder, { recursive: true })
    record.measuring(memory, [], null)
    record.addScenarios(aRun.scenarios)
    record.finish('complete')
    expect(record.paths).toBeNull()
    expect(record.storageProblem).toContain(folder)
    expect(record.run.scenarios).toEqual(aRun.scenarios)
    fs.mkdirSync(folder)
    record.finish('complete')
    expect(record.storageProblem).toBeNull()
    expect(await readRunFile(record.paths?.json ?? '')).toEqual(record.run)
  })

  test('ends after it began, however the system clock is set', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const record = await open()
    vi.setSystemTime(Date.now() - 1_000_000)
    record.measuring(memory, [], null)
    record.finish('complete')
    const { startedAt, finishedAt } = record.run
    const tookMs = Date.parse(finishedAt ?? '') - Date.parse(startedAt)
    expect(tookMs).toBeGreaterThanOrEqual(0)
    expect(tookMs).toBeLessThan(600_000)
  })
})

describe('a folder for results', () => {
  test('is created if missing, and left empty', () => {
    const path = join(folder, 'a', 'b')
    ensureWritableFolder(path)
    ensureWritableFolder(path)
    expect(fs.readdirSync(path)).toEqual([])
  })

  test.each(['taken', 'taken/below'])('%s: names the file in its place', (name) => {
    fs.writeFileSync(join(folder, 'taken'), '')
    const attempt = () => ensureWritableFolder(join(folder, name))
    expect(attempt).toThrow(ResultsFolderError)
    expect(attempt).toThrow(/taken.* a file, not a folder\. Move the file away/)
  })

  test.runIf(fs.existsSync('/proc/self'))(
    'a file system that takes no files is refused, even as root',
    () => {
      expect(() => ensureWritableFolder('/proc/self/results')).toThrow(ResultsFolderError)
    },
  )
})

describe('a file that is not a run file, refused with the reason', () => {
  test('missing', async () => {
    expect(await refusalOf(join(folder, 'none.json'))).toMatchObject({ fault: 'missing' })
  })

  test('a folder', async () => {
    expect(await refusalOf(folder)).toMatchObject({ fault: 'unreadable' })
  })

  test('cut off anywhere', async () => {
    const whole = JSON.stringify(aRun)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: whole.length - 1 }), async (length) => {
        const { fault, message } = await refusal(whole.slice(0, length))
        expect(fault).toBe('not-json')
        expect(message).toContain('cut off')
      }),
      { numRuns: 20 },
    )
  })

  test.each<[string, string, RunFileFault, string]>([
    ['empty', '', 'not-json', 'it is not JSON'],
    ['something else', 'a,b\n1,2\n', 'not-json', 'it is not JSON'],
    ['other JSON', '{"name":"package"}', 'foreign', 'it has no schemaVersion'],
    ['a list', '[]', 'foreign', 'it has no schemaVersion'],
    ['null', 'null', 'foreign', 'it has no schemaVersion'],
    ['a later version', '{"schemaVersion":9}', 'schema-version', 'schemaVersion 9; this'],
  ])('%s', async (_, text, fault, message) => {
    const error = await refusal(text)
    expect(error.fault).toBe(fault)
    expect(error.message).toContain(message)
  })

  test('names the first invalid place', async () => {
    const text = JSON.stringify(aRun, (key, value: unknown) => (key === 'seed' ? 'x' : value))
    const { fault, message } = await refusal(text)
    expect(fault).toBe('invalid')
    expect(message).toContain('scenarios[0].result.seed: ')
  })

  test('names a damaged histogram', async () => {
    const text = JSON.stringify(aRun, (key, value: unknown) =>
      key === 'service' && typeof value === 'object' ? { ...value, hdrV2Base64: 'AAAA' } : value,
    )
    const { fault, message } = await refusal(text)
    expect(fault).toBe('invalid')
    expect(message).toMatch(/scenario .*, operation .*: service: its histogram can't be read: /)
  })

  test('unknown fields', async () => {
    const { message } = await refusal(JSON.stringify({ ...aRun, extra: 1 }))
    expect(message).toContain('extra')
  })
})

async function refusalOf(path: string): Promise<RunFileError> {
  const error = await readRunFile(path).catch((cause: unknown) => cause)
  if (!(error instanceof RunFileError)) throw new Error('it was not refused', { cause: error })
  expect(error.message).toContain(path)
  return error
}

async function refusal(text: string): Promise<RunFileError> {
  const path = join(folder, 'run.json')
  fs.writeFileSync(path, text)
  return refusalOf(path)
}
