import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Backends } from '../../environment/backends.ts'
import { OWNER_VARIABLE } from '../../process/watch-parent.ts'
import { readRunFile } from '../../run-file/read/read-run-file.ts'
import type { RunFile } from '../../run-file/run-file.ts'
import type { Arm } from '../versions/arm.ts'

/** What a run of an arm is to measure, and with what. */
export interface ArmTask {
  /** The project's folder in the working tree. */
  readonly project: string
  readonly backends: Backends
  /** The folder of scenarios, and the files of those to be run, in the working tree. */
  readonly scenarios: { readonly folder: string; readonly files: readonly string[] }
  /** Of each scenario's measurement, in ms. */
  readonly durationMs: number
  /** A run that takes longer, in ms, hangs and is ended. */
  readonly timeoutMs: number
  /** For temporary files. */
  readonly folder: string
}

/** How a run of an arm ended. */
export type ArmRun =
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
 * Runs the scenarios once, by a fresh process of `npm run bench` of the arm. The scenarios are the arm's
 * own copies, so that all they import is the arm's too.
 */
export async function runArm(arm: Arm, task: ArmTask, signal: AbortSignal): Promise<ArmRun> {
  const folder = mkdtempSync(join(task.folder, `${arm.name}-`))
  try {
    const results = join(folder, 'results')
    const ended = await runBench(arm, task, results, signal)
    if (signal.aborted) return { kind: 'interrupted' }
    const run = await onlyRunFile(results)
    return { kind: 'ended', run: run && inProject(run, arm), ...ended }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runBench(
  arm: Arm,
  task: ArmTask,
  results: string,
  signal: AbortSignal,
): Promise<{ readonly output: string; readonly isTimedOut: boolean }> {
  const start = join(arm.harness, 'src', 'cli', 'start.mjs')
  const files = task.scenarios.files.map((file) => inArm(file, arm, task))
  // A group of its own: a Ctrl-C comes from here and comes once, and all of it can be ended.
  const child = spawn(process.execPath, [start, 'bench', ...files], {
    cwd: arm.folder,
    env: environmentOf(arm, task, results),
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
  arm: Arm,
  task: ArmTask,
  results: string,
): Record<string, string | undefined> {
  const { backends, scenarios, durationMs } = task
  const isMemory = backends.kind === 'memory'
  return {
    ...process.env,
    BENCH_BACKEND: isMemory ? 'memory' : 'external',
    REDIS_URL: isMemory ? '' : backends.redisUrl,
    NATS_URL: isMemory ? '' : backends.natsUrls.join(','),
    BENCH_SCENARIOS: inArm(scenarios.folder, arm, task),
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

/** A path of the project as it is in an arm. */
function inArm(path: string, arm: Arm, { project }: ArmTask): string {
  return resolve(arm.folder, relative(project, path))
}

/** A run whose files are relative to the project, whatever they were relative to in the arm. */
function inProject(run: RunFile, { harness, folder }: Arm): RunFile {
  const placed = <E extends { readonly file: string }>(entry: E): E => {
    const file = relative(folder, resolve(harness, entry.file)).replaceAll('\\', '/')
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
