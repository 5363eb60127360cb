import type { ChildProcess } from 'node:child_process'
import { expect, test } from 'vitest'
import { readRunFile } from '../results/read-run-file.ts'
import type { RunFile } from '../results/run-file.ts'
import { ended, runFilesIn, startCommand, useResultsFolder } from './command-for-tests.ts'

const folder = useResultsFolder()

/** In memory, on scenarios whose capacity is known. */
function start(...args: readonly string[]): ChildProcess {
  const memory = { BENCH_BACKEND: 'memory', BENCH_RESULTS: folder() }
  return startCommand(['bench-capacity', ...args], memory)
}

async function onlyRunFile(): Promise<RunFile> {
  const [path = 'none', ...others] = runFilesIn(folder())
  expect(others).toEqual([])
  return readRunFile(path)
}

test('a known capacity is found as a bracket, confirmed, printed and kept with its curve', async () => {
  const search = ['--from', '50', '--duration', '400ms', '--precision', '20%']
  const { exitCode, stdout } = await ended(start('limited', ...search))
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
  expect(capacities[0]?.probes.map(({ rate }) => rate)).toEqual([50, 100, 200, 150, 175, 150, 175])
})

// A machine that is busy with other things takes long to overload as well.
const patiently = { timeout: 180_000 }
test('where the generator gives out, it is said and no capacity is named', patiently, async () => {
  const args = ['overloaded', '--duration', '500ms', '--from', '400']
  const { exitCode, stdout } = await ended(start(...args))
  expect(stdout).toContain('no capacity found')
  expect(exitCode).toBe(3)
})

test('an interrupted search keeps what it found', async () => {
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
  expect(capacities[0]?.bracket).toMatchObject({ passed: 50, failed: null, isConfirmed: false })
})

test.each([
  [[], /^Name one scenario/],
  [['nosuch'], /^No scenario has "nosuch"/],
  [['m'], /^"m" is in the names of several scenarios/],
  [['limited', '--from', '0'], /^--from: "0"/],
  [['limited', '--precision', '5'], /^--precision: "5"/],
  [['limited', '--duration', '0s'], /^--duration: must be above 0/],
  [['limited', '--rate', '5'], /^Unknown option '--rate'.*--help/],
  [['long', '--duration', '100ms'], /long\.load\.ts: It asserts no SLO/],
])('%j is refused in one line, with exit code 2', async (args, message) => {
  const { exitCode, stderr } = await ended(start(...args))
  expect(stderr).toMatch(message)
  expect(exitCode).toBe(2)
})
