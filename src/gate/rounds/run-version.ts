import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Backends } from '../../environment/backends.ts'
import { withoutOptions } from '../../environment/server-options.ts'
import { isInstalled } from '../../installed.ts'
import { OWNER_VARIABLE } from '../../process/watch-parent.ts'
import { onEventsOf, TELLS_PARENT } from '../../report/live/parent-events.ts'
import type { RunListener } from '../../report/live/run-event.ts'
import { runPathsIn } from '../../run-file/read/find-run.ts'
import { readRunFile } from '../../run-file/read/read-run-file.ts'
import type { RunFile } from '../../run-file/run-file.ts'
import type { RoundsFollower } from '../gate-options.ts'
import { startOf } from '../versions/harness.ts'
import type { PreparedVersion } from '../versions/prepare-version.ts'
import { asKept } from './keep-run.ts'

/** The scenarios and servers of one version's run. */
export interface RunTask {
  /** The project's folder in the working tree. */
  readonly project: string
  /** Given to the runs; `null`: they connect to their system themselves, or start it. */
  readonly backends: Backends | null
  /** The folder of scenarios, and the files to run, in the working tree. */
  readonly scenarios: { readonly folder: string; readonly files: readonly string[] }
  /** Duration of each scenario's measurement, in ms. */
  readonly durationMs: number
  /** A run that takes longer is ended as hung; in ms. */
  readonly timeoutMs: number
  /** For temporary files. */
  readonly folder: string
  /** `null`: nobody follows the runs. */
  readonly follower: RoundsFollower | null
}

/** How a run of a version ended. */
export type VersionRun =
  | {
      readonly kind: 'ended'
      /** With files relative to the project; `null` if it ended before writing a run file. */
      readonly run: RunFile | null
      /** The last lines of its output. */
      readonly output: string
      /** It hung and was ended. */
      readonly isTimedOut: boolean
    }
  | { readonly kind: 'interrupted' }

/** The time allowed for an orderly shutdown, in ms. */
const END_MS = 15_000
const SHOWN_LINES = 12

/**
 * Runs the scenarios once in a fresh process of the version's `npm run bench`. The scenarios are the version's own
 * copies, so that all their imports are the version's too.
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
  const { follower } = task
  // Its own process group, so that Ctrl-C reaches it once, from here, and the whole group can be killed.
  const child = spawn(process.execPath, [start, 'bench', ...files], {
    cwd: version.folder,
    env: environmentOf(version, task, results),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', ...(follower === null ? [] : (['ipc'] as const))],
  })
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new TypeError('no output to read')
  if (follower !== null) onEventsOf(child, asVersion(version, follower.listenerOf(version.name)))
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
    const [out, err] = await Promise.all([text(stdout), text(stderr), exit])
    const lines = `${out}${err}`.trim().split('\n')
    return { output: lines.slice(-SHOWN_LINES).join('\n'), isTimedOut }
  } finally {
    clearTimeout(timeout)
    // Later, another process may have the same id.
    clearTimeout(patience)
    signal.removeEventListener('abort', end)
    // Processes of the group that outlived its leader.
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
    // The addresses say everything.
    ...(backends === null ? {} : { ...withoutOptions(process.env), ...variablesOf(backends) }),
    BENCH_SCENARIOS: pathIn(scenarios.folder, version, task),
    BENCH_DURATION: `${durationMs}ms`,
    BENCH_PROFILE: 'short',
    BENCH_RESULTS: results,
    BENCH_SHARD: '',
    BENCH_START_AT: '',
    BENCH_NAMESPACE: '',
    BENCH_TRACES: '',
    BENCH_TRACE_ABOVE: '',
    BENCH_TRACE_RATIO: '',
    // Only the gate writes a summary.
    GITHUB_STEP_SUMMARY: '',
    // Compiled modules are keyed by path, and no later gate has the same paths.
    NODE_COMPILE_CACHE: join(task.folder, 'compile-cache'),
    [OWNER_VARIABLE]: String(process.pid),
    [TELLS_PARENT]: task.follower === null ? '' : '1',
    VITEST: '',
  }
}

/** Names runs as they are kept. */
function asVersion(version: PreparedVersion, listener: RunListener): RunListener {
  return (event) => {
    const isStart = event.event === 'run-started'
    listener(isStart ? { ...event, run: asKept(version, event.run) } : event)
  }
}

function variablesOf(backends: Backends): Record<string, string> {
  if (backends.kind === 'memory') return { BENCH_BACKEND: 'memory', REDIS_URL: '', NATS_URL: '' }
  const { redisUrl, natsUrls } = backends
  return { BENCH_BACKEND: 'external', REDIS_URL: redisUrl, NATS_URL: natsUrls.join(',') }
}

/** A path of the project in a version's copy. */
function pathIn(path: string, version: PreparedVersion, { project }: RunTask): string {
  return resolve(version.folder, relative(project, path))
}

/** Makes a run's file names relative to the project. */
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
    // The group has ended.
  }
}

async function onlyRunFile(folder: string): Promise<RunFile | null> {
  let paths: readonly string[]
  try {
    paths = runPathsIn(folder)
  } catch {
    return null
  }
  const [path] = paths
  return path === undefined ? null : readRunFile(path)
}
