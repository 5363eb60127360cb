import { appendFileSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServerBackends } from '../../../src/environment/backends.ts'
import { EnvironmentError } from '../../../src/environment/environment-error.ts'
import type { OperationName } from '../../../src/gate/operations/operations.ts'
import { medianOf } from '../../../src/stats/quantile.ts'
import { freshTag } from '../../../src/gate/operations/servers.ts'
import type { PairEnding } from '../../../src/gate/pairs/pair-estimate.ts'
import { PAIR_TIMES } from '../../../src/gate/pairs/pair-task.ts'
import { runPairProcess } from '../../../src/gate/pairs/run-pairs.ts'
import { shuffled } from '../../../src/stats/random.ts'
import { makeVersion } from '../../../src/gate/testing/faulty-version.ts'
import type { RealSamples } from './judge-samples.ts'
import { faultyCases, unchangedCases, type RealCase } from './real-cases.ts'

export interface RealOptions {
  /** The running checkout's folder. */
  readonly project: string
  readonly backends: ServerBackends
  /** Processes per operation of A/A, and of each fault; 0 leaves faults out. */
  readonly processes: number
  readonly faulty: number
  /** A file to which a line is appended per process; `null`: none. */
  readonly samplesFile: string | null
  readonly onProgress: (text: string) => void
}

/** Cases with their measurements, and the mean duration of a process. */
export interface MeasuredCases {
  readonly samples: readonly RealSamples[]
  readonly meanProcessMs: number
}

/**
 * Measures the running checkout's registry against itself, and against itself with faults, on real
 * servers: first without faults, then with them, in a freshly drawn order.
 * @throws EnvironmentError if a process ends without a result, or the registry fails against itself; the
 *   signal's reason if it is aborted.
 */
export async function measureCases(
  { project, backends, processes, faulty, samplesFile, onProgress }: RealOptions,
  signal: AbortSignal,
): Promise<MeasuredCases> {
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'prism-selftest-')))
  try {
    const baseline = join(workspace, 'baseline')
    makeVersion(project, baseline, 'register', { kind: 'none' })
    const { redisUrl, natsUrls } = backends
    const run = (operation: OperationName, candidate: string) => {
      const servers = { redisUrl, natsUrls: [...natsUrls], tag: freshTag() }
      return runPairProcess({ ...PAIR_TIMES, ...servers, operation, baseline, candidate }, signal)
    }
    const all: MeasuredCase[] = []
    const startedMs = performance.now()
    let done = 0
    const measureAll = async (cases: readonly RealCase[], isLast: boolean) => {
      const versions = cases.map((one) => {
        const candidate = join(workspace, `candidate-${all.length}`)
        makeVersion(project, candidate, one.operation, one.fault)
        const measured = { ...one, candidate, endings: new Array<PairEnding>() }
        all.push(measured)
        return measured
      })
      const jobs = versions.flatMap((version) =>
        Array.from({ length: version.processes }, () => version),
      )
      for (const one of shuffled(jobs)) {
        onProgress(`process ${done + 1}${isLast ? ` of ${count(all)}` : ''}`)
        const ending = await run(one.operation, one.candidate)
        one.endings.push(ending)
        done += 1
        if (samplesFile !== null) appendFileSync(samplesFile, sampleLine(one, ending))
      }
    }
    // Faults of 5 % refer to the durations measured here.
    await measureAll(unchangedCases(processes), faulty === 0)
    if (faulty > 0) await measureAll(faultyCases(callMsOf(all), faulty), true)
    return { samples: all, meanProcessMs: (performance.now() - startedMs) / done }
  } finally {
    rmSync(workspace, { recursive: true, force: true })
  }
}

function sampleLine({ operation, name }: RealCase, ending: PairEnding): string {
  return `${JSON.stringify({ operation, name, ending })}\n`
}

type MeasuredCase = RealCase & { readonly candidate: string; readonly endings: PairEnding[] }

function count(cases: readonly MeasuredCase[]): number {
  return cases.reduce((sum, { processes }) => sum + processes, 0)
}

/**
 * The duration of a baseline's call per operation.
 * @throws EnvironmentError if the registry fails against itself.
 */
function callMsOf(cases: readonly MeasuredCase[]): ReadonlyMap<OperationName, number> {
  return new Map(
    cases.map(({ operation, endings }) => {
      const times = endings.map((ending) => {
        if (ending.kind === 'measured') return ending.estimate.latency.baseline
        throw new EnvironmentError(
          `${operation}: the registry fails against itself: ${ending.error}`,
        )
      })
      return [operation, medianOf(times)] as const
    }),
  )
}
