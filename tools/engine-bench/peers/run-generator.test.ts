import { existsSync, readFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { FoundGenerator, GeneratorCommand } from './generators/generator.ts'
import { ours } from './generators/ours/ours.ts'
import type { JudgedLoad } from './judge/judged-load.ts'
import { runGenerator } from './run-generator.ts'

const LOAD: JudgedLoad = {
  ratePerSecond: 200,
  warmUpMs: 200,
  steadyMs: 500,
  stallMs: 200,
  recoveryMs: 100,
}

/** A generator that is a shell script. */
function script(text: string, command: Partial<GeneratorCommand> = {}): FoundGenerator {
  const { generator } = ours('timer')
  return {
    program: '/bin/sh',
    version: null,
    generator: {
      ...generator,
      command: () => ({ args: ['-c', text], ...command }),
      readReport: async ({ printed }) => ({
        times: { p50Ms: Number(printed), p99Ms: null, p999Ms: null },
        choice: null,
      }),
    },
  }
}

const never = (): AbortSignal => new AbortController().signal

test.each(['auto', 'timer', 'clock'] as const)(
  'all requests of our engine (%s) arrive, in a stall as well, and it reports the stall',
  async (dispatch) => {
    const run = await runGenerator(ours(dispatch), LOAD, never())
    if (run.kind === 'failed') throw new Error(run.reason)
    expect(run.judgement).toMatchObject({ due: 200, arrived: 200 })
    expect(run.judgement.steady).not.toBeNull()
    expect(run.judgement.firstSecond).not.toBeNull()
    expect(run.judgement.arrivedInStall).toBeGreaterThan(0)
    const { p999Ms } = run.report.times
    expect(p999Ms).toBeGreaterThan(100)
    if (process.platform === 'linux') expect(run.cores).toBeGreaterThan(0)
  },
)

test('reads the report of a generator that sent nothing', async () => {
  const run = await runGenerator(script('echo 3'), LOAD, never())
  expect(run).toMatchObject({
    kind: 'measured',
    cores: null,
    judgement: { arrived: 0, steady: null },
    report: { times: { p50Ms: 3 } },
  })
})

test('provides the files and settings that a generator needs', async () => {
  const wanted = { files: { number: '7' }, env: { MORE: '1' } }
  const run = await runGenerator(script('echo $(cat number)$MORE', wanted), LOAD, never())
  expect(run).toMatchObject({ report: { times: { p50Ms: 71 } } })
})

test.each([
  ['that fails', script('echo no such rate >&2; exit 3'), 'it ended with 3: no such rate'],
  ['that is killed', script('kill -9 $$'), 'it ended with SIGKILL'],
  ['that is gone', { ...script(''), program: '/nowhere/gone' }, 'ENOENT'],
])('a generator %s has failed with the reason', async (_, found, reason) => {
  const run = await runGenerator(found, LOAD, never())
  expect(run.kind).toBe('failed')
  if (run.kind === 'failed') expect(run.reason).toContain(reason)
})

test('an interruption ends all processes of a generator', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'peers-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const pidFile = join(folder, 'pid')
  const interruption = new AbortController()
  const running = runGenerator(
    script(`sh -c 'echo $$ > ${pidFile}; exec sleep 60' & wait`),
    LOAD,
    interruption.signal,
  )
  await expect.poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8')).toMatch(/^\d+\n$/)
  interruption.abort()
  expect(await running).toEqual({ kind: 'failed', reason: 'it was interrupted' })
  const pid = Number(readFileSync(pidFile, 'utf8'))
  await expect.poll(() => isRunning(pid)).toBe(false)
})

test('ends processes that a generator leaves behind', async () => {
  const run = await runGenerator(script('sleep 60 > /dev/null 2>&1 & echo $!'), LOAD, never())
  if (run.kind === 'failed') throw new Error(run.reason)
  const pid = run.report.times.p50Ms ?? 0
  expect(pid).toBeGreaterThan(0)
  await expect.poll(() => isRunning(pid)).toBe(false)
})

/** One that has ended, but that nobody has waited for yet, runs no more. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
