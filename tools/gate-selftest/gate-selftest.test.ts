import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const start = fileURLToPath(new URL('main.ts', import.meta.url))

function gateSelftest(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [start, ...args], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err })
    })
  })
}

test('--help describes the trials, with an example', async () => {
  const { code, out } = await gateSelftest('--help')
  expect(code).toBe(0)
  expect(out).toContain('npm run gate:selftest -- --trials 20')
})

test.each([
  [['--trials', '0'], '--trials: "0" must be a whole number from 1'],
  [['--trials', '1.5'], '--trials: "1.5" must be a whole number'],
  [['--seed', 'x'], '--seed: "x" must be a whole number'],
  [['--shrot'], 'Did you mean --short?'],
  [['fast'], 'fast'],
])('%j is refused with the reason', async (args, message) => {
  const { code, err } = await gateSelftest(...args)
  expect(code).toBe(2)
  expect(err).toContain(message)
})

test('--json prints every case, and the exit code shows whether bounds are met', async () => {
  const { code, out } = await gateSelftest('--short', '--trials', '1', '--json')
  const { isMet, rows } = JSON.parse(out) as { isMet: boolean; rows: readonly { name: string }[] }
  expect(rows.map(({ name }) => name)).toContain('1 lost delivery in 100')
  expect(code).toBe(isMet ? 0 : 1)
})
