import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const start = fileURLToPath(new URL('start.mjs', import.meta.url))

function benchEngine(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [start, 'bench-engine', ...args], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err })
    })
  })
}

test('--help says what is measured', async () => {
  const { code, out } = await benchEngine('--help')
  expect(code).toBe(0)
  expect(out).toContain('--duration')
})

test.each([
  [['--duration', '3'], '--duration: "3" is not a duration'],
  [['--duration', '0s'], '--duration: must be above 0'],
  [['--speed', '3'], '--speed'],
  [['fast'], 'fast'],
])('%j is refused with what is wrong', async (args, message) => {
  const { code, err } = await benchEngine(...args)
  expect(code).toBe(2)
  expect(err).toContain(message)
  expect(err.trim().split('\n')).toHaveLength(1)
})
