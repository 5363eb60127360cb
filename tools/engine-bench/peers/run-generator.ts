import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { nowMs } from '../../../src/load/clock.ts'
import { cpuTimeOfTreeMs } from '../../../src/process/cpu-time.ts'
import type { FoundGenerator, GeneratorReport } from './generators/generator.ts'
import { judgeArrivals, type Judgement } from './judge/deviation.ts'
import { stallOf, totalMs, type JudgedLoad } from './judge/judged-load.ts'
import { startJudge, type RunningJudge } from './judge/start-judge.ts'

/** The result of a generator's load. */
export type GeneratorRun = MeasuredRun | FailedRun

export interface MeasuredRun {
  readonly kind: 'measured'
  readonly judgement: Judgement
  readonly report: GeneratorReport
  /** Cores used by it and its children in the steady part; `null` if the system doesn't report them. */
  readonly cores: number | null
}

export interface FailedRun {
  readonly kind: 'failed'
  /** Part of a sentence. */
  readonly reason: string
}

/** Time allowed beyond the load, to start and to write the report. */
const PATIENCE_MS = 30_000
const MAX_REASON = 200

/**
 * Runs a generator against its own judge, and waits for both. Leaves no processes or files behind.
 * @param signal ends the run, which then counts as failed.
 */
export async function runGenerator(
  found: FoundGenerator,
  load: JudgedLoad,
  signal: AbortSignal,
): Promise<GeneratorRun> {
  const folder = await mkdtemp(join(tmpdir(), 'prism-loadtest-peer-'))
  const judge = await startJudge(load)
  try {
    return await runAgainst(judge, found, load, folder, signal)
  } finally {
    await judge.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function runAgainst(
  judge: RunningJudge,
  { generator, program }: FoundGenerator,
  load: JudgedLoad,
  folder: string,
  signal: AbortSignal,
): Promise<GeneratorRun> {
  const url = `http://127.0.0.1:${judge.port}/`
  const { args, files = {}, env = {} } = generator.command({ load, url, folder })
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  // Its own process group, so that the whole group can be killed.
  const child = spawn(program, args, {
    cwd: folder,
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const patience = AbortSignal.timeout(totalMs(load) + PATIENCE_MS)
  const endEarly = AbortSignal.any([signal, patience])
  const kill = (): void => killGroup(child)
  endEarly.addEventListener('abort', kill, { once: true })
  if (endEarly.aborted) kill()
  const ended = new AbortController()
  try {
    const cpu = coresInSteady(child, judge, load, ended.signal)
    const [printed, complaints] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ])
    ended.abort()
    if (signal.aborted) return failed('it was interrupted')
    if (patience.aborted) return failed(`it had not ended after ${PATIENCE_MS / 1_000} s more`)
    if (child.exitCode !== 0) return failed(complaintOf(child, complaints || printed))
    const judgement = judgeArrivals(await judge.arrivals(), load)
    const report = await generator.readReport({ program, folder, printed })
    return { kind: 'measured', judgement, report, cores: await cpu }
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error))
  } finally {
    ended.abort()
    endEarly.removeEventListener('abort', kill)
    // Kills processes that it left behind.
    kill()
  }
}

/** Cores used, from two readings while the generator is working. */
async function coresInSteady(
  child: ChildProcess,
  judge: RunningJudge,
  load: JudgedLoad,
  ended: AbortSignal,
): Promise<number | null> {
  const { pid } = child
  if (pid === undefined) return null
  const end = once(ended, 'abort').then(() => null)
  const firstAtMs = await Promise.race([judge.first.catch(() => null), end])
  if (firstAtMs === null) return null
  const readAt = async (atMs: number): Promise<{ atMs: number; cpuMs: number | null }> => {
    await sleep(Math.max(atMs - nowMs(), 0), undefined, { signal: ended })
    return { atMs: nowMs(), cpuMs: cpuTimeOfTreeMs(pid) }
  }
  try {
    const before = await readAt(firstAtMs + load.warmUpMs)
    const after = await readAt(firstAtMs + stallOf(load).startMs)
    if (before.cpuMs === null || after.cpuMs === null) return null
    return (after.cpuMs - before.cpuMs) / (after.atMs - before.atMs)
  } catch {
    // It ended too early.
    return null
  }
}

function failed(reason: string): FailedRun {
  return { kind: 'failed', reason: reason.slice(0, MAX_REASON) }
}

function complaintOf({ exitCode, signalCode }: ChildProcess, printed: string): string {
  const lastLine = printed.trim().split('\n').at(-1) ?? ''
  return `it ended with ${exitCode ?? signalCode}${lastLine === '' ? '' : `: ${lastLine}`}`
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The group has ended.
  }
}
