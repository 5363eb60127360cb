import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { typedCommand } from '../typed-command.ts'
import { COMMANDS } from './commands.ts'
import { run } from './main.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const RESULTS = ['list', 'show', 'export', 'merge'].map((name) => ['results', name])
const PATHS = [[], ...COMMANDS.map(({ name }) => [name]), ...RESULTS]

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

/** The help of a command, as a file gets it. */
async function helpOf(path: readonly string[]): Promise<string> {
  let help = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    help += String(text)
    return true
  })
  try {
    expect(await run([...path, '--help'])).toBe(0)
  } finally {
    write.mockRestore()
  }
  return help
}

describe.each(PATHS.map((path) => ({ path, name: path.join(' ') || '(all commands)' })))(
  'the help of $name',
  ({ path }) => {
    test('is at most 80 columns wide', async () => {
      const lines = (await helpOf(path)).split('\n')
      expect(lines.filter((line) => line.length > 80)).toEqual([])
    })

    test('describes every flag, lists exit codes 0 and 2, and ends with examples', async () => {
      const help = await helpOf(path)
      const terms = help.split('\n').filter((line) => /^ {2}-/.test(line))
      expect(terms.length).toBeGreaterThan(0)
      // A flag without a description has nothing behind it, and no continuation.
      expect(terms.filter((line) => !/^ {2}-\S.*? {2,}\S/.test(line))).toEqual([])
      expect(help).toMatch(/\nExit codes:\n {2}0 .*\n(?:.*\n)* {2}2 .*[^]*\nExamples:\n/)
    })

    test('names commands as users of the image type them', async () => {
      vi.stubEnv('PRISM_LOADTEST_COMMAND', 'prism-loadtest')
      const help = await helpOf(path)
      expect(help).not.toContain('npm run')
      expect(help).toContain(`Usage: ${['prism-loadtest', ...path].join(' ')}`)
    })
  },
)

test('every command is documented', () => {
  const pages = ['README.md', ...globSync('docs/*.md', { cwd: ROOT })]
  const text = pages.map((page) => readFileSync(join(ROOT, page), 'utf8')).join('\n')
  const missing = COMMANDS.filter(
    ({ name }) => !text.includes(typedCommand(name)) && !text.includes(`prism-loadtest ${name}`),
  )
  expect(missing).toEqual([])
})
