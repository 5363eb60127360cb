import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { findProgram } from '../../src/environment/programs.ts'

const start = fileURLToPath(new URL('main.ts', import.meta.url))

function benchStorm(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [start, ...args], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err })
    })
  })
}

test.each([
  [['--readers', '1'], '--readers: "1" must be a whole number from 2 to 10000'],
  [['--rounds', '0'], '--rounds: "0" must be'],
  [['all'], 'all'],
])('%j is refused with the reason', async (args, message) => {
  const { code, err } = await benchStorm(...args)
  expect(code).toBe(2)
  expect(err).toContain(message)
  expect(err.trim().split('\n')).toHaveLength(1)
})

if (findProgram('redis-server') !== undefined) {
  test('prints a row per kind of storm, and ratios', async () => {
    const size = ['--readers', '6', '--processes', '2', '--registrations', '300', '--rounds', '1']
    const { code, out } = await benchStorm(...size)
    expect(code).toBe(0)
    expect(out).toMatch(/^6 readers of 300 registrations; medians of 1 rounds$/m)
    const parts = (row: string) => Number(new RegExp(`${row} .* (\\d+) \\|$`, 'm').exec(out)?.[1])
    expect(parts('\\| all together \\|')).toBeGreaterThanOrEqual(6)
    expect(parts('\\| 4 at a time \\|')).toBeGreaterThanOrEqual(6)
    expect(out).toMatch(/Ratios of a few at a time to all together: half answer \d+\.\d\d/)
  })
}
