import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const start = fileURLToPath(new URL('main.ts', import.meta.url))

function benchEngine(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [start, ...args], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err })
    })
  })
}

test('--help describes the measurement', async () => {
  const { code, out } = await benchEngine('--help')
  expect(code).toBe(0)
  expect(out).toContain('--duration')
})

test.each([
  [['--duration', '3'], '--duration: "3" is not a duration'],
  [['--duration', '0s'], '--duration: "0s" must be above 0'],
  [['--speed', '3'], '--speed'],
  [['fast'], 'fast'],
  [['--page', 'docs/how-punctual.md'], '--page: only --peers'],
  [['--peers', '--duration', '1500ms'], '--duration: with --peers'],
  [['--peers', '--page', 'docs/nowhere.md'], '--page: docs/nowhere.md'],
  [['--peers', '--page', 'README.md'], '--page: README.md has no place for the table'],
])('%j is refused with the reason', async (args, message) => {
  const { code, err } = await benchEngine(...args)
  expect(code).toBe(2)
  expect(err).toContain(message)
  expect(err.trim().split('\n')).toHaveLength(1)
})

test('an interruption ends everything that --peers started', async () => {
  const command = spawn(process.execPath, [start, '--peers'], {
    env: { ...process.env, PATH: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void command.kill('SIGKILL'))
  let printed = ''
  command.stdout.on('data', (text) => (printed += text))
  command.stderr.on('data', (text) => (printed += text))
  await expect.poll(() => printed).toMatch(/^1 of \d+: ours, auto, 100\/s$/m)
  expect(printed).toContain('vegeta: not found. To install it:')
  // The judge, and the generator that it judges.
  await expect.poll(() => childrenOf(command.pid ?? 0).length).toBe(2)
  const children = childrenOf(command.pid ?? 0)
  command.kill('SIGINT')
  const [code]: unknown[] = await once(command, 'close')
  expect(code).toBe(130)
  for (const pid of children) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})

/** The processes that a process runs, as Linux lists them. */
function childrenOf(pid: number): readonly number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return list === '' ? [] : list.split(' ').map(Number)
}
