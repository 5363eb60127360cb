import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readRunFile } from '../run-file/read/read-run-file.ts'
import type { RunFile } from '../run-file/run-file.ts'
import { ended, runFilesIn, startCommand, useResultsFolder } from './testing/command.ts'
import { START_TIMEOUT, startInTime } from './testing/start-in-time.ts'

const folder = useResultsFolder()
const tornDownFile = (): string => join(folder(), 'torn-down')

/** In memory, so that nothing but the command is tested. */
function start(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return startCommand(args, {
    BENCH_BACKEND: 'memory',
    BENCH_RESULTS: folder(),
    TORN_DOWN_FILE: tornDownFile(),
    ...env,
  })
}

async function onlyResult() {
  const [path = 'none', ...others] = runFilesIn(folder())
  expect(others).toEqual([])
  const run: RunFile = await readRunFile(path)
  const [scenario] = run.scenarios
  if (scenario?.state !== 'measured') throw new Error('nothing was measured')
  if (scenario.result.model.kind !== 'closed') throw new Error('it is not a load of users')
  return { run, path, scenario, result: scenario.result, model: scenario.result.model }
}

function tornDown(): readonly string[] {
  return readFileSync(tornDownFile(), 'utf8').trim().split('\n').toSorted()
}

const ALL = ['user 0', 'user 1', 'user 2', 'user 3']

test('a load of users is named as such in the report, the run file and the CSV', async () => {
  const { exitCode, stdout } = await ended(start(['bench', 'users']))
  expect(exitCode).toBe(0)
  expect(stdout).toContain('4 users, think time exponential, mean 20ms for 1.0 s')
  expect(stdout).toContain('closed load: times begin when a step does')
  expect(stdout).toMatch(/iterations: \d+ completed, 0 cut short by a step/)
  const { path, result, model } = await onlyResult()
  expect(result.operations.map(({ name }) => name)).toEqual(['arrive', 'leave'])
  expect(model).toMatchObject({ users: 4, setUp: { users: 4, ok: 4 }, tearDown: { ok: 4 } })
  expect(tornDown()).toEqual(ALL)
  const csv = readFileSync(path.replace(/json$/, 'csv'), 'utf8')
  expect(csv.split('\n')[0]).toMatch(/model.*users.*thinkTime.*iterationsCompleted/)
  expect(csv).toContain('closed')
})

test('an interruption keeps the measurements and tears down every user', async () => {
  const child = start(['bench', 'users', '--duration', '1h'])
  child.stdout?.on('data', (text: Buffer) => {
    // It is printed when the users are set up.
    if (/ for 3,600 s/.test(text.toString())) child.kill('SIGINT')
  })
  await ended(child)
  const { result, model } = await onlyResult()
  expect(result.isInterrupted).toBe(true)
  expect(model.tearDown).toMatchObject({ users: 4, ok: 4 })
  expect(tornDown()).toEqual(ALL)
})

test('capacity refuses a load of users, which has no rate to replace', async () => {
  const { exitCode, stderr } = await ended(
    start(['capacity', 'users', '--duration', '1s', '--results', folder()]),
  )
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(/users\.load\.ts: .*a load of users has no rate/)
})

test('generators divide the users among themselves', START_TIMEOUT, async () => {
  const servers = { BENCH_BACKEND: 'programs' }
  const { exitCode, stdout } = await startInTime(folder(), (startAt) =>
    ended(start(['bench', 'users', '--generators', '2', '--start-at', startAt], servers)),
  )
  expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 })
  const { model, result } = await onlyResult()
  expect(model).toMatchObject({ users: 4, setUp: { users: 4, ok: 4 } })
  expect(model.userTimeMs).toBe(4 * result.measuredMs)
  expect(tornDown()).toEqual(ALL)
})
