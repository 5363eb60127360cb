import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { missingPrograms } from '../environment/programs.ts'
import { readRunFile } from '../run-file/read/read-run-file.ts'
import { runFilesIn, useResultsFolder } from './testing/command.ts'

const PROJECT = resolve(import.meta.dirname, '../..')
/** Long enough for a busy machine; anything that remains by then was left behind. */
const PATIENCE = { timeout: 30_000, interval: 50 }

const missing = missingPrograms()
const isLinux = process.platform === 'linux'
const folder = useResultsFolder()
beforeEach(({ skip }) => {
  skip(missing !== undefined, missing)
  skip(!isLinux, 'processes are found by /proc')
})

/** Processes of this machine that inherited an environment variable. */
function processesWith(variable: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(variable)
      } catch {
        return false
      }
    })
    .map(Number)
}

/** Starts a load by npm as a user would, with servers and subscribers, and waits until it is under way. */
async function startByNpm() {
  const variable = `BENCH_RESULTS=${folder()}`
  const args = ['run', 'loadtest', '--', 'mixed', '-r', '40', '-d', '20m', '--with-subscribers']
  const npm = spawn('npm', [...args, '--report-interval', '1s'], {
    cwd: PROJECT,
    detached: true,
    env: { ...process.env, VITEST: '', BENCH_BACKEND: 'programs', BENCH_RESULTS: folder() },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await new Promise<void>((started) => {
    npm.stdout.on('data', (chunk: unknown) => {
      if (/ \d of 1,200 s +\d+ requests/.test(String(chunk))) started()
    })
  })
  return { npm, pid: npm.pid ?? 0, variable }
}

async function onlyRun() {
  const [path = '', ...others] = runFilesIn(folder())
  expect(others).toEqual([])
  return readRunFile(path)
}

describe('a load started by npm, with its servers and subscribers,', { timeout: 120_000 }, () => {
  test.each(['SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    'is interrupted when only npm gets a %s: it keeps its results and leaves nothing running',
    async (signal) => {
      const { npm, variable } = await startByNpm()
      expect(processesWith(variable).length).toBeGreaterThan(5)
      npm.kill(signal)
      await vi.waitFor(() => expect(processesWith(variable)).toEqual([]), PATIENCE)
      const run = await onlyRun()
      expect(run).toMatchObject({ status: 'interrupted', scenarios: [{ state: 'measured' }] })
    },
  )

  test.each(['SIGINT', 'SIGHUP', 'SIGTERM'] as const)(
    'is interrupted by a %s to all of its processes, as from a terminal',
    async (signal) => {
      const { pid, variable } = await startByNpm()
      process.kill(-pid, signal)
      await vi.waitFor(() => expect(processesWith(variable)).toEqual([]), PATIENCE)
      const run = await onlyRun()
      expect(run).toMatchObject({ status: 'interrupted', scenarios: [{ state: 'measured' }] })
    },
  )

  test('leaves nothing running when its own process is killed', async () => {
    const { variable } = await startByNpm()
    const main = processesWith(variable).find((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('prism-loadtest'),
    )
    process.kill(main ?? 0, 'SIGKILL')
    await vi.waitFor(() => expect(processesWith(variable)).toEqual([]), PATIENCE)
    expect((await onlyRun()).status).toBe('running')
  })
})

test('a command in the background of a script outlives the script', async () => {
  const start = join(import.meta.dirname, 'start.mjs')
  const command = `'${process.execPath}' '${start}' register -r 20 -d 2s >/dev/null 2>&1 &`
  const env = { ...process.env, npm_lifecycle_script: '', VITEST: '', BENCH_BACKEND: 'memory' }
  const shell = spawn('sh', ['-c', command], { env: { ...env, BENCH_RESULTS: folder() } })
  await once(shell, 'exit')
  const variable = `BENCH_RESULTS=${folder()}`
  await vi.waitFor(() => expect(processesWith(variable)).toEqual([]), PATIENCE)
  expect((await onlyRun()).status).toBe('complete')
})
