import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { missingPrograms } from '../environment/programs.ts'
import { startBackends, type StartedBackends } from '../environment/start-backends.ts'
import type { OperationCounts } from '../load/result.ts'
import {
  startOtlpReceiver,
  valuesOf,
  type OtlpReceiver,
} from '../report/telemetry/testing/otlp-receiver.ts'
import { readHistory } from '../run-file/history/history-file.ts'
import { readTracesData } from '../run-file/read/read-traces-data.ts'
import { tracesPathOf } from '../run-file/traces-path.ts'
import { readSpans } from '../traces/waterfall/read-spans.ts'
import { readRunFile } from '../run-file/read/read-run-file.ts'
import type { RunFile } from '../run-file/run-file.ts'
import { ended, runFilesIn, startCommand, useResultsFolder, type Ended } from './testing/command.ts'
import { refusalOf, type Refusal } from './testing/refusal.ts'
import { START_TIMEOUT, startsIn } from './testing/start-in-time.ts'

const missingServers = missingPrograms()
beforeEach(({ skip }) => skip(missingServers !== undefined, missingServers))

let servers: StartedBackends | null = null
let addresses: Record<string, string> = {}
beforeAll(async () => {
  if (missingServers !== undefined) return
  servers = await startBackends({ choice: 'programs', onProgress: () => {} })
  const { backends } = servers
  if (backends.kind === 'memory') throw new Error('these tests need servers')
  addresses = { REDIS_URL: backends.redisUrl, NATS_URL: backends.natsUrls.join(',') }
})
afterAll(() => servers?.stop())

const folder = useResultsFolder()

function start(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return ended(startCommand(args, { BENCH_RESULTS: folder(), ...addresses, ...env }))
}

function refused(args: readonly string[], env: Record<string, string> = {}): Promise<Refusal> {
  return refusalOf(args, { BENCH_RESULTS: folder(), ...addresses, ...env })
}

function countsOf(run: RunFile): readonly ({ readonly name: string } & OperationCounts)[] {
  return run.scenarios.flatMap((scenario) =>
    scenario.state !== 'measured'
      ? []
      : scenario.result.operations.map(({ name, counts }) => ({ name, ...counts })),
  )
}

/** Without what a busy machine says of a collector that it was slow to reach. */
function ofRun(stderr: string): string {
  return stderr.replaceAll(/^--otlp: .* The run goes on.*\n/gm, '')
}

/** What a collector was told of requests in the end, by operation and outcome. */
function toldBy(collector: OtlpReceiver, ...keys: readonly string[]): Record<string, number> {
  // Shards export one after the other.
  const all = collector.exports.map((metrics) =>
    valuesOf(
      { exports: [metrics] },
      'loadtest.requests',
      ...keys,
      'loadtest.operation',
      'loadtest.outcome',
    ),
  )
  return Object.assign({}, ...all)
}

function countsIn(run: RunFile, prefix: string): Record<string, number> {
  const named = countsOf(run).flatMap(({ name, ...counts }) =>
    OUTCOMES.map(([key, outcome]) => [`${prefix}${name} ${outcome}`, counts[key]] as const),
  )
  return Object.fromEntries(named)
}

const OUTCOMES = [
  ['ok', 'ok'],
  ['failed', 'failed'],
  ['timedOut', 'timed_out'],
  ['unfinished', 'unfinished'],
  ['dropped', 'dropped'],
  ['notStarted', 'not_started'],
] as const

/** 0, or 3 where the machine was too busy for a measurement. */
const MEASURED = expect.toBeOneOf([0, 3])

test('shards that run side by side merge into the load of one run', START_TIMEOUT, async () => {
  const collector = await startOtlpReceiver()
  onTestFinished(() => collector.close())
  const flags = ['--run', 'side-by-side', '--otlp', collector.url]
  const shards = await Promise.all(
    [1, 2, 3].map((k) => start(['bench', 'sharded', '--shard', `${k}/3`, ...flags])),
  )
  for (const { exitCode, stdout, stderr } of shards) {
    expect({ exitCode, stderr: ofRun(stderr) }).toEqual({ exitCode: MEASURED, stderr: '' })
    expect(stdout).toContain('SLO: judged on all shards together')
    expect(stdout).toMatch(
      /Shard \d of 3 is measured: merge all shards to judge the load|measurement: invalid/,
    )
    expect(stdout).not.toMatch(/passed|met/)
  }
  const parts = runFilesIn(folder())
  expect(parts).toHaveLength(3)
  const two = await readRunFile(parts.find((path) => path.includes('-2of3')) ?? 'none')
  expect(toldBy(collector, 'loadtest.shard', 'loadtest.run.id')).toMatchObject(
    countsIn(two, `2/3 ${two.runId} `),
  )
  expect(two.generators).toMatchObject({
    kind: 'shard',
    shard: 2,
    of: 3,
    startAt: null,
    barrier: { skewMs: expect.any(Number) },
  })
  expect(two.scenarios).toMatchObject([{ slo: [], bounds: [{}, {}] }])

  const missing = await refused(['results', 'merge', ...parts.slice(1)])
  expect(missing.exitCode).toBe(4)
  expect(missing.stderr).toMatch(/^Of 3 shards, \d is missing\.\n$/)

  const merge = await start(['results', 'merge', ...parts])
  expect(merge.stderr).toBe('')
  expect(merge.exitCode).toEqual(MEASURED)
  expect(merge.stdout).toMatch(/the generators started within [\d.]+ m?s of each other/)
  expect(merge.stdout).toMatch(/(met|inconclusive) +all +throughput +≥ 60\/s/)
  const merged = runFilesIn(folder()).find((path) => !parts.includes(path)) ?? 'none'
  const csvs = readdirSync(folder()).filter((name) => name.endsWith('.csv'))
  // Two per run and the history; bounds are judged on the merged run alone.
  expect(csvs).toHaveLength(10)
  expect(readHistory(folder()).rows.map(({ runId }) => runId)).toContain(basename(merged, '.json'))

  const one = await start(['bench', 'sharded', '--results', join(folder(), 'one')])
  expect(one.exitCode).toEqual(MEASURED)
  const [whole = 'none'] = readdirSync(join(folder(), 'one')).filter((name) =>
    name.endsWith('.json'),
  )
  const counts = countsOf(await readRunFile(join(folder(), 'one', whole)))
  expect(countsOf(await readRunFile(merged))).toEqual(counts)
  expect(counts).toHaveLength(2)
})

test('--generators makes one run, on servers that it starts', START_TIMEOUT, async () => {
  const own = { BENCH_BACKEND: 'programs', REDIS_URL: '', NATS_URL: '' }
  const collector = await startOtlpReceiver()
  onTestFinished(() => collector.close())
  const flags = ['--generators', '2', '--otlp', collector.url, '--traces']
  const { exitCode, stdout, stderr } = await start(['bench', 'sharded', ...flags], own)
  expect({ exitCode, stderr: ofRun(stderr) }).toEqual({ exitCode: MEASURED, stderr: '' })
  expect(stdout).toContain('2 generators, Redis')
  const [path = 'none', ...others] = runFilesIn(folder())
  expect(others).toEqual([])
  const run = await readRunFile(path)
  expect(run).toMatchObject({
    status: 'complete',
    system: { kind: 'programs' },
    generators: { kind: 'merged', shards: [{}, {}] },
    scenarios: [{ testStatus: 'passed' }],
  })
  // The generators' figures are added up while they run.
  expect(toldBy(collector, 'loadtest.run.id')).toEqual(countsIn(run, `${run.runId} `))
  const sums = collector.exports.map((metrics) => {
    const requests = metrics.find(({ name }) => name === 'loadtest.requests')?.points ?? []
    return requests.reduce((sum, { value }) => sum + value, 0)
  })
  expect(sums).toEqual(sums.toSorted((a, b) => a - b))
  // So are their traces.
  const traces = readTracesData(tracesPathOf(path))
  if (traces.kind === 'unreadable') throw new Error(traces.problem)
  expect(traces.resourceSpans.length).toBeGreaterThanOrEqual(2)
  expect(collector.resourceSpans).toEqual(traces.resourceSpans)
  const [scenario] = run.scenarios
  const kept = scenario?.state === 'measured' ? scenario.result.traces?.kept : null
  expect(readSpans(traces.resourceSpans, () => true, String).size).toBe(kept)
})

test('a scenario without a shard refuses --shard', { timeout: 60_000 }, async () => {
  const { exitCode, stdout } = await start([
    'bench',
    'met',
    '--shard',
    '1/2',
    '--start-at',
    // It is refused before it would wait for its start.
    startsIn(600),
  ])
  expect(stdout).toContain("can't be sharded")
  expect(exitCode).toBe(2)
})

test('shards of different loads end all at once, with the difference', START_TIMEOUT, async () => {
  const [a, b] = await Promise.all(
    ['1s', '2s'].map((duration, k) =>
      start([
        'bench',
        'sharded',
        '--shard',
        `${k + 1}/2`,
        '--duration',
        duration,
        '--run',
        'mixed-up',
      ]),
    ),
  )
  for (const end of [a, b]) {
    expect(end?.stderr).toMatch(
      /^Shards \d and \d are not of one load: the duration is "[12]\.0 s"/,
    )
    expect(end?.exitCode).toBe(2)
  }
  expect(runFilesIn(folder())).toEqual([])
})

test(
  'a shard that fails before its load ends all at once, with its reason',
  START_TIMEOUT,
  async () => {
    const ends = await Promise.all(
      [1, 2].map((k) =>
        start(['bench', 'unprepared', '--shard', `${k}/2`, '--ready-within', '1h']),
      ),
    )
    // Otherwise they would wait for an hour.
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([2, 2])
    const reason = 'Shard 2 of 2 failed before its load, so none starts: its data is missing\n'
    expect(ends[0]?.stdout).toContain(reason)
  },
)

test('shards of a load by command line wait for each other', START_TIMEOUT, async () => {
  const { REDIS_URL = '', NATS_URL = '' } = addresses
  const named = ['--redis-addr', REDIS_URL, '--nats-servers', NATS_URL]
  const command = ['register', '-r', '50', '-d', '1s']
  const ends = await Promise.all(
    [1, 2].map((k) =>
      start([...command, '--shard', `${k}/2`, '--out', folder(), '--traces', ...named]),
    ),
  )
  expect(ends.map(({ exitCode }) => exitCode)).toEqual([MEASURED, MEASURED])
  // As a shell's `*.json` names them.
  const files = readdirSync(folder()).filter((name) => name.endsWith('.json'))
  expect(files).toHaveLength(4)
  const paths = files.map((name) => join(folder(), name))
  const merge = await start(['results', 'merge', ...paths])
  expect(merge.stdout).toMatch(/the generators started within [\d.]+ m?s of each other/)
  expect(merge.stdout).toContain('50 requests')
  expect(merge.stdout).toMatch(/\d+ traces kept: /)
})

describe('bad input exits with 2 and one line:', () => {
  const shard = ['--shard', '1/2', '--start-at']
  test.each<[string[], Record<string, string>, RegExp]>([
    [
      ['bench', 'sharded', ...shard, '2026-01-02T03:04:05Z'],
      {},
      /2026-01-02T03:04:05.000Z was [\d.]+ s ago/,
    ],
    [
      ['bench', 'sharded', ...shard, '2999-01-02T03:04:05Z', '--ready-within', '3m'],
      {},
      /^--ready-within is for shards that wait/,
    ],
    [['bench', 'sharded', '--shard', '3/2', '--start-at', 'x'], {}, /"3\/2" is not a shard/],
    [['bench', ...shard, '2999-01-02T03:04:05Z'], {}, /name one scenario/],
    [
      ['bench', 'sharded', ...shard, '2999-01-02T03:04:05Z'],
      { REDIS_URL: '', NATS_URL: '' },
      /REDIS_URL/,
    ],
    [['bench', 'sharded', '--generators', '0'], {}, /"0" must be/],
    [['bench', '--generators', '2'], {}, /name one scenario/],
    [['results'], {}, /^Name a command\./],
    [['results', 'merge'], {}, /^Missing required argument 'files'/],
    [['results', 'merge', 'none.json'], {}, /none\.json: there is no such file/],
    [['results', 'merge', '--into', 'x'], {}, /--help/],
  ])('%j', async (args, env, message) => {
    expectOneLine(await refused(args, env), message)
  })

  test.each<[string[], Record<string, string>, RegExp]>([
    [
      ['bench', 'sharded', '--shard', '1/3', '--ready-within', '1s'],
      {},
      /^Shards 2 and 3 of 3 were not ready within 1 s, so none starts/,
    ],
    [
      ['bench', 'sharded', '--shard', '1/2'],
      { NATS_URL: 'nats://127.0.0.1:1' },
      /127\.0\.0\.1:1 can't be reached/,
    ],
    [
      ['bench', 'sharded', '--generators', '2', '--backend', 'memory'],
      { REDIS_URL: '', NATS_URL: '' },
      /same servers/,
    ],
  ])('%j, in a process', async (args, env, message) => {
    expectOneLine(await start(args, env), message)
  })

  function expectOneLine(
    { exitCode, stderr }: Pick<Ended, 'exitCode' | 'stderr'>,
    message: RegExp,
  ): void {
    expect(stderr).toMatch(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(exitCode).toBe(2)
    expect(runFilesIn(folder())).toEqual([])
  }

  test('refuses a start less than 3 s ahead', async () => {
    const { exitCode, stderr } = await refused(['bench', 'sharded', ...shard, startsIn(2.9)])
    // Where the command takes longer to begin, the start is past. See shard-settings.test.ts.
    expect(stderr).toMatch(/(is in|was) [\d.]+ s( ago)?; it has to be at least 3 s ahead/)
    expect(exitCode).toBe(2)
  })
})

test('--help describes merge', async () => {
  const { exitCode, stdout } = await start(['results', '--help'])
  expect(stdout).toContain('merge')
  expect(exitCode).toBe(0)
})
