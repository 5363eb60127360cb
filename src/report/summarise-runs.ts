import { outcomeWord, type OutcomeWord } from '../run-file/outcome.ts'
import { readRunFile, RunFileError } from '../run-file/read/read-run-file.ts'
import type { RunFile } from '../run-file/run-file.ts'

/** A run as one line of a list. */
export interface RunLine {
  readonly runId: string
  readonly path: string
  readonly startedAt: string
  readonly status: RunFile['status']
  readonly commit: RunFile['commit']
  /** Kind and versions, as `programs, Redis 7.0.15, NATS 2.9.10`. */
  readonly backends: string
  readonly scenarios: readonly { readonly name: string; readonly outcome: OutcomeWord }[]
  readonly microBenchmarks: number
  readonly capacities: number
}

/** The runs of a folder, newest first, and its unreadable files with the reason. */
export interface RunList {
  readonly runs: readonly RunLine[]
  readonly broken: readonly { readonly path: string; readonly message: string }[]
}

/** Reads run files one after the other, and keeps one line each. */
export async function summariseRuns(paths: readonly string[]): Promise<RunList> {
  const runs: RunLine[] = []
  const broken: { path: string; message: string }[] = []
  for (const path of paths) {
    try {
      runs.push(summaryOf(path, await readRunFile(path)))
    } catch (error) {
      if (!(error instanceof RunFileError)) throw error
      broken.push({ path, message: error.message })
    }
  }
  return { runs: runs.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1)), broken }
}

/** A run as one line. */
export function summaryOf(path: string, run: RunFile): RunLine {
  const { runId, startedAt, status, commit, scenarios, microBenchmarks, capacities } = run
  return {
    runId,
    path,
    startedAt,
    status,
    commit,
    backends: shortSystemText(run.system),
    scenarios: scenarios.map((scenario) => ({
      name: scenario.name,
      outcome: outcomeWord(scenario, run),
    })),
    microBenchmarks: microBenchmarks.length,
    capacities: capacities.length,
  }
}

/** The system under test, such as `programs, Redis 7.0.15, NATS 2.9.10`. */
export function shortSystemText(system: RunFile['system']): string {
  if (!('servers' in system)) return system.kind
  const servers = system.servers.map(
    ({ name, version, topology }) =>
      `${name} ${version}${topology === undefined ? '' : ` (${topology})`}`,
  )
  return [system.kind, ...servers].join(', ')
}
