import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { InputError } from '../../input-error.ts'
import { startConfiguredSystem } from '../open-vitest.ts'
import { handOver, RUNNING_SYSTEM, type RunningSystem } from '../running-system.ts'
import { EXIT } from '../../exit-code.ts'
import { runPathsIn } from '../../run-file/read/find-run.ts'
import { ensureWritableFolder } from '../../run-file/write/results-folder.ts'
import { mergeRunFiles } from '../../report/merge-run-files.ts'
import type { CommandEnd } from '../../process/run-command.ts'
import { onEventsOf, TELLS_PARENT } from '../../report/live/parent-events.ts'
import type { RunReports } from '../../report/run-reports.ts'
import type { RunMetrics, RunOfParts } from '../../report/telemetry/run-metrics.ts'
import type { RunFile } from '../../run-file/run-file.ts'
import { runIdOf } from '../../run-file/run-id.ts'
import { onSignals } from '../../process/signals.ts'
import { OWNER_VARIABLE } from '../../process/watch-parent.ts'

/** A scenario whose load is sharded over several processes of this machine. */
export interface GeneratorsRun {
  /** The program to start: its first argument is `bench`. */
  readonly start: string
  readonly scenario: string
  /** ≥ 1. */
  readonly count: number
  /** ISO 8601; `undefined`: when all are ready, or without NATS in `LEAD_MS`. */
  readonly startAt: string | undefined
  readonly namespace: string | undefined
  /** How long generators wait for each other. */
  readonly readyWithin: string | undefined
  /** For the merged run's files. */
  readonly folder: string
  /** Of the merged run. */
  readonly reports: RunReports
  /** Told while the generators run, as one load; `null` if nobody asks. */
  readonly metrics: RunMetrics | null
  /** Called with the traces of all generators, each a `ResourceSpans` as JSON. */
  readonly onTraces: (resourceSpans: readonly string[]) => void
}

/** Without a barrier: time for all generators to start and prepare, while they share the cores. */
const LEAD_MS = 20_000

/**
 * Starts the servers, and one process per generator: each is a run with its own shard of the load
 * and its own connections. Then merges their measurements.
 * @returns the exit code.
 * @throws EnvironmentError, InputError, ResultsFolderError
 */
export async function runGenerators(run: GeneratorsRun): Promise<CommandEnd> {
  ensureWritableFolder(run.folder)
  const running = await startConfiguredSystem((message) => process.stderr.write(`${message}\n`))
  const { system } = running
  const shardFolder = mkdtempSync(join(tmpdir(), 'prism-loadtest-shards-'))
  const nameRun = ({ startedAt, commit }: RunFile) => runIdOf(new Date(startedAt), commit)
  const told = run.metrics?.runOfParts(nameRun) ?? null
  try {
    if (system.kind === 'memory') {
      throw new InputError(
        `--generators: all generators have to use the same servers. ${system.notice}`,
      )
    }
    const startAt = run.startAt ?? (hasNats(running) ? '' : soon())
    const when = startAt === '' ? 'when all are ready' : `at ${startAt}`
    process.stdout.write(`${run.count} generators, which start ${when}\n`)
    const runName = `generators-${randomUUID()}`
    const generators = Array.from({ length: run.count }, (_, index) =>
      startGenerator({ ...run, startAt, runName, told }, index + 1, shardFolder, running),
    )
    const children = generators.map(({ child }) => child)
    const send = (signal: NodeJS.Signals) => children.forEach((child) => void child.kill(signal))
    // The first signal ends all generators in order, and nothing is merged. A second one kills them.
    const interruption = onSignals(send, () => send('SIGKILL'))
    const ends = await Promise.all(generators.map(({ end }) => end))
    if (interruption.exitCode !== null) {
      process.stderr.write('Interrupted: shards of different lengths are not merged.\n')
      return interruption.exitCode
    }
    const broken = ends.find(({ exitCode }) => exitCode === EXIT.broken || exitCode === null)
    if (broken !== undefined) {
      process.stderr.write(broken.stderr || broken.stdout)
      return EXIT.broken
    }
    const merged = await mergeRunFiles(
      runPathsIn(shardFolder),
      run.folder,
      { system, ...(told === null || told.runId === '' ? {} : { runId: told.runId }) },
      run.onTraces,
    )
    told?.end(merged.run)
    run.reports.write(merged)
    return merged.exitCode
  } finally {
    told?.end(null)
    rmSync(shardFolder, { recursive: true, force: true })
    await running.stop()
  }
}

function hasNats({ provide }: RunningSystem): boolean {
  return 'backends' in provide
}

function soon(): string {
  return new Date(Date.now() + LEAD_MS).toISOString()
}

interface GeneratorEnd {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

function startGenerator(
  run: GeneratorsRun & {
    readonly startAt: string
    readonly runName: string
    readonly told: RunOfParts | null
  },
  number: number,
  folder: string,
  running: RunningSystem,
): { readonly child: ChildProcess; readonly end: Promise<GeneratorEnd> } {
  const env = {
    ...process.env,
    [RUNNING_SYSTEM]: handOver(running),
    BENCH_SHARD: `${number}/${run.count}`,
    BENCH_START_AT: run.startAt,
    BENCH_RUN: run.startAt === '' ? run.runName : '',
    BENCH_READY_WITHIN: run.startAt === '' ? (run.readyWithin ?? '') : '',
    BENCH_NAMESPACE: run.namespace ?? '',
    BENCH_RESULTS: folder,
    // Only the merged run is reported.
    GITHUB_STEP_SUMMARY: '',
    [OWNER_VARIABLE]: String(process.pid),
    [TELLS_PARENT]: run.told === null ? '' : '1',
  }
  // Its own process group, so that a Ctrl-C reaches it only once, from here.
  const child = spawn(process.execPath, [run.start, 'bench', run.scenario], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', ...(run.told === null ? [] : (['ipc'] as const))],
  })
  if (run.told !== null) onEventsOf(child, run.told.listenerOf(number))
  const { stdout: out, stderr: err } = child
  if (out === null || err === null) throw new TypeError('no output to read')
  const end = Promise.all([text(out), text(err), once(child, 'exit')])
  return {
    child,
    end: end.then(([stdout, stderr]) => ({ exitCode: child.exitCode, stdout, stderr })),
  }
}
