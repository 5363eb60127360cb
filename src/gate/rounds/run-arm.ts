import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import type { Backends } from '../../environment/backends.ts'
import { OWNER_VARIABLE } from '../../cli/watch-parent.ts'
import { readRunFile } from '../../results/read-run-file.ts'
import type { RunFile } from '../../results/run-file.ts'
import type { Arm } from '../versions/arm.ts'
import { findProofFlaw } from '../versions/proof.ts'
import { redirectEnvironment } from '../versions/redirect-settings.ts'

/** What a run of an arm is to measure, and with what. */
export interface ArmTask {
  /** The folder of the running checkout, by which both arms are measured. */
  readonly harness: string
  readonly backends: Backends
  /** Where scenarios are, and the files of those to be run. */
  readonly scenarios: { readonly folder: string; readonly files: readonly string[] }
  /** Of each scenario's measurement, in ms. */
  readonly durationMs: number
  /** After so long, in ms, a run is ended as one that hangs. */
  readonly timeoutMs: number
  /** For temporary files. */
  readonly folder: string
}

/** How a run of an arm ended; `output` is the end of what it printed. */
export type ArmRun =
  /** What it measured is that of the arm, by proof. */
  | { readonly kind: 'measured'; readonly run: RunFile; readonly output: string }
  /** It measured nothing. */
  | { readonly kind: 'crashed'; readonly output: string }
  /** It doesn't prove which registry it measured. */
  | { readonly kind: 'unproven'; readonly flaw: string }
  | { readonly kind: 'interrupted' }

/** How long a run may take to end in order, in ms, once it is told to. */
const END_MS = 15_000
const SHOWN_LINES = 12

/**
 * Runs the scenarios once, by a fresh process of `npm run bench` of the running checkout, with the
 * arm's registry.
 */
export async function runArm(arm: Arm, task: ArmTask, signal: AbortSignal): Promise<ArmRun> {
  const folder = mkdtempSync(join(task.folder, `${arm.name}-`))
  try {
    const proof = join(folder, 'proof.ndjson')
    const results = join(folder, 'results')
    const output = await runBench(arm, task, { proof, results }, signal)
    if (signal.aborted) return { kind: 'interrupted' }
    const flaw = findProofFlaw(proof)
    const run = await onlyRunFile(results)
    if (run === null) return { kind: 'crashed', output }
    return flaw === null ? { kind: 'measured', run, output } : { kind: 'unproven', flaw }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @returns the end of what was printed. */
async function runBench(
  arm: Arm,
  task: ArmTask,
  { proof, results }: { readonly proof: string; readonly results: string },
  signal: AbortSignal,
): Promise<string> {
  const { harness, scenarios } = task
  const from = pathToFileURL(join(harness, 'src', 'registry', '/')).href
  const settings = { from, to: arm.registry, proof }
  const start = join(harness, 'src', 'cli', 'start.mjs')
  // A group of its own: a Ctrl-C comes from here and comes once, and all of it can be ended.
  const child = spawn(process.execPath, [start, 'bench', ...scenarios.files], {
    cwd: harness,
    env: redirectEnvironment(settings, environmentOf(task, results)),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = () => killGroup(child.pid)
  const end = () => {
    child.kill('SIGINT')
    setTimeout(kill, END_MS).unref()
  }
  const timeout = setTimeout(kill, task.timeoutMs)
  signal.addEventListener('abort', end)
  try {
    if (signal.aborted) end()
    const exit = once(child, 'exit')
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), exit])
    return `${out}${err}`.trim().split('\n').slice(-SHOWN_LINES).join('\n')
  } finally {
    clearTimeout(timeout)
    signal.removeEventListener('abort', end)
    // Whatever of the group outlived its leader.
    kill()
  }
}

function environmentOf(
  { backends, scenarios, durationMs }: ArmTask,
  results: string,
): Record<string, string | undefined> {
  const isMemory = backends.kind === 'memory'
  return {
    ...process.env,
    BENCH_BACKEND: isMemory ? 'memory' : 'external',
    REDIS_URL: isMemory ? '' : backends.redisUrl,
    NATS_URL: isMemory ? '' : backends.natsUrls.join(','),
    BENCH_SCENARIOS: scenarios.folder,
    BENCH_DURATION: `${durationMs}ms`,
    BENCH_PROFILE: 'short',
    BENCH_RESULTS: results,
    BENCH_SHARD: '',
    BENCH_START_AT: '',
    BENCH_NAMESPACE: '',
    // The gate's own summary is the one that is wanted.
    GITHUB_STEP_SUMMARY: '',
    [OWNER_VARIABLE]: String(process.pid),
    VITEST: '',
  }
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
