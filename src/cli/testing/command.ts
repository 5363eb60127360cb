import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { SERVER_OPTIONS } from '../../environment/server-options.ts'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'

/** The outcome of a command. */
export interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command's environment, unless a test sets another: the scenarios for tests, and nothing else. */
export const SETTINGS: Readonly<Record<string, string>> = {
  BENCH_BACKEND: '',
  BENCH_SCENARIOS: join(import.meta.dirname, 'scenarios'),
  BENCH_DURATION: '',
  BENCH_PROFILE: '',
  ...Object.fromEntries(SERVER_OPTIONS.map(({ variable }) => [variable, ''])),
  REDIS_URL: '',
  NATS_URL: '',
  GITHUB_STEP_SUMMARY: '',
  VITEST: '',
}

/** Gives each test of a file its own results folder, removed afterwards. */
export function useResultsFolder(): () => string {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bench-cli-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  return () => folder
}

/** Gives all tests of a file or a `describe` one folder, removed after the last. */
export function useFolderOfAll(): () => string {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bench-cli-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return () => folder
}

/**
 * Starts a command as a user would, on the scenarios for tests, without environment variables that affect
 * it.
 */
export function startCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, '../start.mjs'), ...args], {
    env: { ...process.env, ...SETTINGS, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Waits for a command to end. */
export async function ended(child: ChildProcess): Promise<Ended> {
  if (child.stdout === null || child.stderr === null) throw new Error('no output to read')
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    child.exitCode === null ? once(child, 'exit') : null,
  ])
  return { exitCode: child.exitCode, stdout, stderr }
}

/** Paths of the run files in a folder. */
export function runFilesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json') && !name.endsWith('.traces.json'))
    .map((name) => join(folder, name))
}
