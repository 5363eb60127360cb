import { execFile, spawn } from 'node:child_process'
import { existsSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { readRunFile } from '../run-file/read/read-run-file.ts'
import {
  ended,
  runFilesIn,
  startCommand,
  useResultsFolder,
  type Ended,
} from '../cli/testing/command.ts'

const folder = useResultsFolder()

/** Runs a command whose body is a program's text. */
function runBody(body: string, env: Record<string, string> = {}): Promise<Ended> {
  const program = `import { runCommand } from ${JSON.stringify(import.meta.resolve('./run-command.ts'))}
    import { InputError } from ${JSON.stringify(import.meta.resolve('../input-error.ts'))}
    await runCommand(async () => { ${body} })`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, BENCH_STACK: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return ended(child)
}

describe('a command that ends without a judgement exits with 2 and one line:', () => {
  test.each([
    [
      'throws',
      "throw new TypeError('odd\\n  thing')",
      /^Unexpected TypeError: odd thing \(BENCH_STACK=1/,
    ],
    ['throws a value that is not an error', "throw 'odd thing'", /^Unexpected odd thing/],
    ['is wrongly used', "throw new InputError('--rate: wrong.')", /^--rate: wrong\.$/],
    [
      'throws later',
      "setTimeout(() => { throw new Error('late') }); await new Promise(r => setTimeout(r, 9e3))",
      /^Unexpected Error: late/,
    ],
    [
      'throws when it is done',
      "setTimeout(() => { throw new Error('late') }, 50); return 0",
      /^Unexpected Error: late/,
    ],
    [
      'leaves a rejection unhandled',
      "Promise.reject(new Error('unseen')); await new Promise(r => setTimeout(r, 9e3))",
      /^Unexpected Error: unseen/,
    ],
    ['waits forever', 'await new Promise(() => {})', /^The command ended before it was done\.$/],
    [
      'has a library that exits with 1',
      'process.exit(1)',
      /^The command ended before it was done\.$/,
    ],
    [
      'has a library that exits with 0',
      'process.exit(0)',
      /^The command ended before it was done\.$/,
    ],
    [
      'lacks a module',
      "await import('./nowhere.ts'); return 0",
      /^Unexpected Error: Cannot find module/,
    ],
  ])('%s', async (_, body, says) => {
    const { exitCode, stdout, stderr } = await runBody(body)
    expect(stdout).toBe('')
    expect(stderr.trim()).toMatch(says)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(exitCode).toBe(2)
  })
})

test.each([
  ['has done its work', 'return 0', 0],
  ["can't do it", "throw new InputError('--rate: wrong.')", 2],
])('a command that %s ends in spite of open connections and timers', async (_, body, code) => {
  const { exitCode } = await runBody(`setInterval(() => {}, 1_000); ${body}`)
  expect(exitCode).toBe(code)
})

test.each([0, 1, 2, 3, 4, 129, 130, 143])("exits with the command's code: %d", async (code) => {
  // Vitest does this, whatever the outcome.
  const { exitCode, stderr } = await runBody(`process.exitCode = 1; return ${code}`)
  expect(exitCode).toBe(code)
  expect(stderr).toBe('')
})

test('names a package that is not installed, and how to install it', async () => {
  const { exitCode, stderr } = await runBody("await import('no-such-package')")
  expect(stderr).toBe(
    'Install the package no-such-package: npm install --save-dev no-such-package\n',
  )
  expect(exitCode).toBe(2)
})

test('BENCH_STACK shows the stack', async () => {
  const { exitCode, stderr } = await runBody("throw new Error('odd')", { BENCH_STACK: '1' })
  expect(stderr).toMatch(/Error: odd\n +at /)
  expect(exitCode).toBe(2)
})

test('an unknown command exits with 2, and names the nearest one', async () => {
  const { exitCode, stderr } = await ended(startCommand(['compar'], {}))
  expect(stderr).toBe(
    "Unknown command 'compar' (Did you mean compare?) See npm run loadtest -- --help.\n",
  )
  expect(exitCode).toBe(2)
})

const hasFullDevice = existsSync('/dev/full')

describe.runIf(hasFullDevice)("a command whose output can't be written", () => {
  function startFull(args: readonly string[], which: 1 | 2 = 1) {
    const full = openSync('/dev/full', 'w')
    return spawn(process.execPath, [join(import.meta.dirname, '../cli/start.mjs'), ...args], {
      env: { ...process.env, VITEST: '', BENCH_BACKEND: 'memory', BENCH_RESULTS: folder() },
      stdio: ['ignore', which === 1 ? full : 'ignore', which === 1 ? 'pipe' : full],
    })
  }

  async function errorOf(args: readonly string[]) {
    const child = startFull(args)
    let stderr = ''
    child.stderr?.on('data', (chunk: unknown) => {
      stderr += String(chunk)
    })
    const exitCode = await new Promise((resolve) => child.on('close', resolve))
    return { exitCode, stderr }
  }

  test.each([
    [['bench', '--help']],
    [['capacity', '--help']],
    [['--help']],
    [['register', '--help']],
    [['compare', '--help']],
    [['gate', '--help']],
    [['trend', '--simulate', '--series', '1']],
    [['results', 'list']],
  ])('%j exits with 2 and one line', async (args) => {
    const { exitCode, stderr } = await errorOf(args)
    expect(stderr).toMatch(/^Standard output can't be written to: .*no space left.*\n$/)
    expect(exitCode).toBe(2)
  })

  test('stores its measurements', async () => {
    const { exitCode, stderr } = await errorOf(['register', '-r', '50', '-d', '300ms'])
    expect(stderr).toContain("Standard output can't be written to")
    expect(exitCode).toBe(2)
    const [path = ''] = runFilesIn(folder())
    const run = await readRunFile(path)
    expect(run).toMatchObject({ status: 'complete', scenarios: [{ state: 'measured' }] })
  })

  test('exits with 2 even if only standard error fails', async () => {
    const child = startFull(['register', '-r', '50', '-d', '300ms'], 2)
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(2)
    expect(runFilesIn(folder())).toHaveLength(1)
  })
})

test.runIf(process.platform === 'linux')('a reader that has gone changes nothing', async () => {
  const start = join(import.meta.dirname, '../cli/start.mjs')
  const script = `'${process.execPath}' '${start}' register -r 50 -d 300ms | head -n 1; echo "\${PIPESTATUS[0]}"`
  const { stdout } = await promisify(execFile)('bash', ['-c', script], {
    env: { ...process.env, VITEST: '', BENCH_BACKEND: 'memory', BENCH_RESULTS: folder() },
  })
  expect(stdout.trim().split('\n').at(-1)).toBe('0')
  const [path = ''] = runFilesIn(folder())
  expect((await readRunFile(path)).status).toBe('complete')
})

test('prints the figures and exits with 2 if the results folder takes no more files', async () => {
  // A file where a folder was: also root can't write there.
  const child = startCommand(
    ['register', '-r', '50', '-d', '1s', '--out', join(folder(), 'gone')],
    {
      BENCH_BACKEND: 'memory',
    },
  )
  child.stdout?.once('data', () => {
    const { rmSync } = process.getBuiltinModule('node:fs')
    rmSync(join(folder(), 'gone'), { recursive: true })
    writeFileSync(join(folder(), 'gone'), '')
  })
  const { exitCode, stdout, stderr } = await ended(child)
  expect(stdout).toContain('50 requests')
  expect(stderr).toMatch(/Results can't be written to .*gone: it is a file/)
  expect(exitCode).toBe(2)
})
