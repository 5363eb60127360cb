import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Backends } from '../../environment/backends.ts'
import { isInstalled } from '../../installed.ts'
import { OWNER_VARIABLE } from '../../process/watch-parent.ts'
import { readRunFile } from '../../run-file/read/read-run-file.ts'
import type { RunFile } from '../../run-file/run-file.ts'
import { startOf } from '../versions/harness.ts'
import type { PreparedVersion } from '../versions/prepare-version.ts'

/** What a run of an version is to measure, and with what. */
export interface RunTask {
  /** The project's folder in the working tree. */
  readonly project: string
  /** Given to the runs; `null`: they reach or start their system by themselves. */
  readonly backends: Backends | null
  /** The folder of scenarios, and the files of those to be run, in the working tree. */
  readonly scenarios: { readonly folder: string; readonly files: readonly string[] }
  /** Of each scenario's measurement, in ms. */
  readonly durationMs: number
  /** A run that takes longer, in ms, hangs and is ended. */
  readonly timeoutMs: number
  /** For temporary files. */
  readonly folder: string
}

/** How a run of an version ended. */
export type VersionRun =
  | {
      readonly kind: 'ended'
      /** Its files are relative to the project. `null`: it ended before it wrote any. */
      readonly run: RunFile | null
      /** The end of what it printed. */
      readonly output: string
      /** Whether it was ended because it hung. */
      readonly isTimedOut: boolean
    }
  | { readonly kind: 'interrupted' }

/** How long a run may take to end in order, in ms, once it is told to. */
const END_MS = 15_000
const SHOWN_LINES = 12

/**
 * Runs the scenarios once, by a fresh process of `npm run bench` of the version. The scenarios are the version's
 * own copies, so that all they import is the version's too.
 */
export async function runVersion(
  version: PreparedVersion,
  task: RunTask,
  signal: AbortSignal,
): Promise<VersionRun> {
  const folder = mkdtempSync(join(task.folder, `${version.name}-`))
  try {
    const results = join(folder, 'results')
    const ended = await runBench(version, task, results, signal)
    if (signal.aborted) return { kind: 'interrupted' }
    const run = await onlyRunFile(results)
    return { kind: 'ended', run: run && inProject(run, version), ...ended }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runBench(
  version: PreparedVersion,
  task: RunTask,
  results: string,
  signal: AbortSignal,
): Promise<{ readonly output: string; readonly isTimedOut: boolean }> {
  const start = startOf(version.harness)
  const files = task.scenarios.files.map((file) => pathIn(file, version, task))
  // A group of its own: a Ctrl-C comes from here and comes once, and all of it can be ended.
  const child = spawn(process.execPath, [start, 'bench', ...files], {
    cwd: version.folder,
    env: environmentOf(version, task, results),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = () => killGroup(child.pid)
  let patience: NodeJS.Timeout | undefined
  const end = () => {
    child.kill('SIGINT')
    patience ??= setTimeout(kill, END_MS)
  }
  let isTimedOut = false
  const timeout = setTimeout(() => {
    isTimedOut = true
    end()
  }, task.timeoutMs)
  signal.addEventListener('abort', end)
  try {
    if (signal.aborted) end()
    const exit = once(child, 'exit')
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), exit])
    const lines = `${out}${err}`.trim().split('\n')
    return { output: lines.slice(-SHOWN_LINES).join('\n'), isTimedOut }
  } finally {
    clearTimeout(timeout)
    // By then, another process may have the number.
    clearTimeout(patience)
    signal.removeEventListener('abort', end)
    // Whatever of the group outlived its leader.
    kill()
  }
}

function environmentOf(
  version: PreparedVersion,
  task: RunTask,
  results: string,
): Record<string, string | undefined> {
  const { backends, scenarios, durationMs } = task
  return {
    ...process.env,
    ...(backends === null ? {} : variablesOf(backends)),
    BENCH_SCENARIOS: pathIn(scenarios.folder, version, task),
    BENCH_DURATION: `${durationMs}ms`,
    BENCH_PROFILE: 'short',
    BENCH_RESULTS: results,
    BENCH_SHARD: '',
    BENCH_START_AT: '',
    BENCH_NAMESPACE: '',
    // The gate's own summary is the one that is wanted.
    GITHUB_STEP_SUMMARY: '',
    // Compiled modules are known by their paths, which no later gate has.
    NODE_COMPILE_CACHE: join(task.folder, 'compile-cache'),
    [OWNER_VARIABLE]: String(process.pid),
    VITEST: '',
  }
}

function variablesOf(backends: Backends): Record<string, string> {
  if (backends.kind === 'memory') return { BENCH_BACKEND: 'memory', REDIS_URL: '', NATS_URL: '' }
  const { redisUrl, natsUrls } = backends
  return { BENCH_BACKEND: 'external', REDIS_URL: redisUrl, NATS_URL: natsUrls.join(',') }
}

/** A path of the project as it is in an version. */
function pathIn(path: string, version: PreparedVersion, { project }: RunTask): string {
  return resolve(version.folder, relative(project, path))
}

/** A run whose files are relative to the project, whatever they were relative to in the version. */
function inProject(run: RunFile, { harness, folder }: PreparedVersion): RunFile {
  const placed = <E extends { readonly file: string }>(entry: E): E => {
    const file = relative(folder, resolve(isInstalled ? folder : harness, entry.file)).replaceAll(
      '\\',
      '/',
    )
    return { ...entry, file }
  }
  return { ...run, scenarios: run.scenarios.map(placed) }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // All of it has ended.
  }
}

async function onlyRunFile(folder: string): Promise<RunFile | null> {
  let names: readonly string[]
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  } catch {
    return null
  }
  const [name] = names
  return name === undefined ? null : readRunFile(join(folder, name))
}
