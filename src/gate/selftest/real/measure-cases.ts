import { appendFileSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServerBackends } from '../../../environment/backends.ts'
import { EnvironmentError } from '../../../environment/environment-error.ts'
import { OPERATIONS, type OperationName } from '../../operations/operations.ts'
import { freshTag } from '../../operations/servers.ts'
import type { PairEnding } from '../../pairs/pair-estimate.ts'
import { PAIR_TIMES } from '../../pairs/pair-task.ts'
import { runPairProcess } from '../../pairs/run-pair-process.ts'
import { makeVersion } from './faulty-version.ts'
import type { RealSamples } from './judge-samples.ts'
import { realCases, type RealCase } from './real-cases.ts'

export interface RealOptions {
  /** The running checkout's folder. */
  readonly project: string
  readonly backends: ServerBackends
  /** Processes per operation of A/A, and of each fault. */
  readonly processes: number
  readonly faulty: number
  /** Where a line is added for each process; `null`: nowhere. */
  readonly samplesFile: string | null
  readonly onProgress: (done: number, of: number) => void
}

/** Cases with what was measured of them, and how long a process takes on average. */
export interface MeasuredCases {
  readonly samples: readonly RealSamples[]
  readonly meanProcessMs: number
}

/**
 * Measures the running checkout's registry against itself, and against itself with faults, on real
 * servers: all cases in an order drawn anew.
 * @throws EnvironmentError if a process ends without a result, or the registry fails against itself; the
 *   signal's reason if it is aborted.
 */
export async function measureCases(
  { project, backends, processes, faulty, samplesFile, onProgress }: RealOptions,
  signal: AbortSignal,
): Promise<MeasuredCases> {
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'prism-selftest-')))
  try {
    const base = join(workspace, 'base')
    makeVersion(project, base, 'register', { kind: 'none' })
    const { redisUrl, natsUrls } = backends
    const run = (operation: OperationName, head: string) => {
      const servers = { redisUrl, natsUrls: [...natsUrls], tag: freshTag() }
      return runPairProcess({ ...PAIR_TIMES, ...servers, operation, base, head }, signal)
    }
    const callMs: Partial<Record<OperationName, number>> = {}
    for (const operation of OPERATIONS) {
      const ending = await run(operation, base)
      if (ending.kind === 'failed') throw new EnvironmentError(`${operation}: ${ending.error}`)
      callMs[operation] = ending.estimate.latency.base
    }
    const cases = realCases(complete(callMs), { processes, faulty })
    const versions = cases.map((one, i) => {
      const head = join(workspace, `head-${i}`)
      makeVersion(project, head, one.operation, one.fault)
      return { one, head, endings: new Array<PairEnding>() }
    })
    const jobs = versions.flatMap((version) =>
      Array.from({ length: version.one.processes }, () => version),
    )
    const startedMs = performance.now()
    for (const [done, { one, head, endings }] of inDrawnOrder(jobs).entries()) {
      onProgress(done, jobs.length)
      const ending = await run(one.operation, head)
      endings.push(ending)
      if (samplesFile !== null) appendFileSync(samplesFile, sampleLine(one, ending))
    }
    return {
      samples: versions.map(({ one, endings }) => ({ ...one, endings })),
      meanProcessMs: (performance.now() - startedMs) / jobs.length,
    }
  } finally {
    rmSync(workspace, { recursive: true, force: true })
  }
}

function sampleLine({ operation, name }: RealCase, ending: PairEnding): string {
  return `${JSON.stringify({ operation, name, ending })}\n`
}

function complete(
  callMs: Partial<Record<OperationName, number>>,
): Readonly<Record<OperationName, number>> {
  const { register = 0, heartbeat = 0, enumerate = 0, multicast = 0, watch = 0 } = callMs
  return { register, heartbeat, enumerate, multicast, watch }
}

function inDrawnOrder<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)
}
