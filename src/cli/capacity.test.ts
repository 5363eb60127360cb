import type { ChildProcess } from 'node:child_process'
import { expect, onTestFinished, test } from 'vitest'
import { startOtlpReceiver, valuesOf } from '../report/telemetry/testing/otlp-receiver.ts'
import { readRunFile } from '../run-file/read/read-run-file.ts'
import type { RunFile } from '../run-file/run-file.ts'
import { ended, runFilesIn, startCommand, useResultsFolder } from './testing/command.ts'
import { refusalOf } from './testing/refusal.ts'

const folder = useResultsFolder()

/** In memory, on scenarios whose capacity is known. */
const memory = () => ({ BENCH_BACKEND: 'memory', BENCH_RESULTS: folder() })

function start(...args: readonly string[]): ChildProcess {
  return startCommand(['capacity', ...args], memory())
}

async function onlyRunFile(): Promise<RunFile> {
  const [path = 'none', ...others] = runFilesIn(folder())
  expect(others).toEqual([])
  return readRunFile(path)
}

// Disturbed probes are repeated, so a busy machine takes longer and finds the same.
const patiently = { timeout: 180_000 }

test(
  'finds a known capacity as a bracket, confirms it, prints it and keeps its curve',
  patiently,
  async () => {
    const search = ['--from', '50', '--duration', '400ms', '--precision', '20%']
    const collector = await startOtlpReceiver()
    onTestFinished(() => collector.close())
    const { exitCode, stdout } = await ended(start('limited', ...search, '--otlp', collector.url))
    expect(stdout).toContain('between 150/s and 175/s')
    expect(exitCode).toBe(0)
    const { scenarios, capacities } = await onlyRunFile()
    expect(scenarios).toEqual([])
    expect(capacities).toMatchObject([
      {
        name: 'limited',
        from: 50,
        precision: 0.2,
        durationMs: 400,
        bracket: { passed: 150, failed: 175, limit: 'system', isConfirmed: true },
      },
    ])
    expect(capacities[0]?.probes.map(({ rate }) => rate)).toEqual([
      50, 100, 200, 150, 175, 150, 175,
    ])
    expect(capacities[0]?.probes.map(({ durationMs }) => durationMs)).toEqual([
      2_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000,
    ])
    expect(valuesOf(collector, 'loadtest.rate.asked', 'loadtest.probe')).toEqual({
      1: 50,
      2: 100,
      3: 200,
      4: 150,
      5: 175,
      6: 150,
      7: 175,
    })
    const bound = ['loadtest.probe', 'loadtest.slo.bound'] as const
    expect(valuesOf(collector, 'loadtest.slo.met', ...bound)).toMatchObject({
      '2 success rate > 90 %': 1,
      '3 success rate > 90 %': 0,
    })
  },
)

test(
  'where the generator is the limit, the answer is the highest rate that passed',
  patiently,
  async () => {
    const search = ['--from', '100', '--duration', '1s', '--precision', '100%']
    const { exitCode, stdout } = await ended(start('held-up', ...search))
    expect(stdout).toMatch(
      /at least 100\/s: 100\/s \(2 passed.*\) held; at 200\/s .* the generator/,
    )
    expect(exitCode).toBe(0)
    const bracket = { passed: 100, failed: 200, limit: 'generator', isConfirmed: true }
    expect((await onlyRunFile()).capacities).toMatchObject([{ bracket }])
  },
)

test(
  'is inconclusive if no rate passes, down to the lowest with enough requests',
  patiently,
  async () => {
    const { exitCode, stdout } = await ended(start('missed', '--from', '1', '--duration', '100ms'))
    expect(stdout).toMatch(
      /300 requests per probe, because of refuse success rate; no rate below 300\/s/,
    )
    expect(stdout).toMatch(/no rate was held: at 300\/s/)
    expect(exitCode).toBe(3)
    const [capacity] = (await onlyRunFile()).capacities
    expect(capacity).toMatchObject({
      from: 1,
      durationMs: 100,
      bracket: { passed: null, failed: 300, isConfirmed: true },
    })
    for (const probe of capacity?.probes ?? []) {
      expect(probe).toMatchObject({ rate: 300, durationMs: 1_000 })
    }
  },
)

test('an interrupted search keeps its probes', async () => {
  const child = start('limited', '--from', '50', '--duration', '1s')
  const end = ended(child)
  await new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk: unknown) => {
      if (String(chunk).includes('passed')) resolve()
    })
  })
  child.kill('SIGINT')
  expect((await end).exitCode).toBe(130)
  const { status, capacities } = await onlyRunFile()
  expect(status).toBe('interrupted')
  // How many more probes ended before the signal arrived depends on the machine.
  const [capacity] = capacities
  expect(capacity?.probes[0]).toMatchObject({ rate: 50, outcome: 'passed' })
  expect(capacity?.bracket.passed).toBeGreaterThanOrEqual(50)
  expect(capacity?.bracket.isConfirmed).toBe(false)
})

test.each([
  [['long', '--duration', '100ms'], /long\.load\.ts: It asserts no SLO/],
  [['unbounded', '--from', '100', '--duration', '1s'], /unbounded\.load\.ts: It asserts no SLO/],
])(
  'an unfit scenario, %j, is refused in one line, and leaves a complete run without a capacity',
  async (args, message) => {
    const { exitCode, stderr } = await ended(start(...args))
    expect(linesOf(stderr)).toEqual([expect.stringMatching(message)])
    expect(exitCode).toBe(2)
    expect(await onlyRunFile()).toMatchObject({ status: 'interrupted', capacities: [] })
  },
)

test('a duration too short for a probe is refused in one line, with exit code 2', async () => {
  const { exitCode, stderr } = await ended(start('limited', '--duration', '0.001ms'))
  const says = /^--duration: a probe needs 100 requests\. .*1ms/
  expect(linesOf(stderr)).toEqual([expect.stringMatching(says)])
  expect(exitCode).toBe(2)
})

/** Without the notice of the servers. */
function linesOf(stderr: string): readonly string[] {
  const lines = stderr.trim().split('\n')
  return lines.filter((line) => !line.startsWith('No real server'))
}

test.each([
  [[], /^Missing required argument 'name'/],
  [['nosuch'], /^No scenario has "nosuch"/],
  [['m'], /^Several scenarios have "m" in their names/],
  [['limited', '--from', '0'], /^--from: "0"/],
  [['limited', '--precision', '5'], /^--precision: "5"/],
  [['limited', '--duration', '0s'], /^--duration: "0s" must be above 0/],
  [['limited', '--rate', '5'], /^Unknown option '--rate'.*--help/],
])('%j is refused in one line, with exit code 2', async (args, message) => {
  const { exitCode, stderr } = await refusalOf(['capacity', ...args], memory())
  expect(linesOf(stderr)).toEqual([expect.stringMatching(message)])
  expect(exitCode).toBe(2)
})
