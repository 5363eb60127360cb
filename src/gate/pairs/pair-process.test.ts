import { afterEach, describe, expect, inject, test } from 'vitest'
import { driftOf } from '../drift/judge-drift.ts'
import { runDriftProcess } from '../drift/run-drift.ts'
import { OPERATIONS, type OperationName } from '../operations/operations.ts'
import { freshTag } from '../operations/servers.ts'
import type { RealFault } from '../testing/faulty-version.ts'
import { TwoVersions } from '../testing/two-versions.ts'
import { runPairProcess } from './run-pairs.ts'

const backends = inject('backends')
const never = new AbortController().signal
const SHORT = { warmUpMs: 20, pairsMs: 50, cpuMs: 20, deferredMs: 20, idleMs: 10 }

let versions: TwoVersions | null = null

afterEach(() => versions?.remove())

function taskOf(operation: OperationName, fault: RealFault) {
  if (backends.kind === 'memory') throw new TypeError('no servers')
  versions = new TwoVersions(operation, fault)
  const { baseline, candidate } = versions
  const { redisUrl, natsUrls } = backends
  return { baseline, candidate, redisUrl, natsUrls: [...natsUrls], tag: freshTag() }
}

describe.runIf(backends.kind !== 'memory')('a process of pairs', () => {
  test.each(OPERATIONS)('measures %s of both versions', async (operation) => {
    const task = { ...taskOf(operation, { kind: 'none' }), ...SHORT, operation }
    const ending = await runPairProcess(task, never)
    expect(ending).toMatchObject({ kind: 'measured', estimate: { operation } })
  })

  test('detects a version that takes ten times as long, in time and in CPU', async () => {
    const task = { ...taskOf('heartbeat', { kind: 'blocks' }), ...SHORT }
    const ending = await runPairProcess({ ...task, operation: 'heartbeat' }, never)
    if (ending.kind === 'failed') throw new Error(ending.error)
    const { latency, cpu } = ending.estimate
    expect(latency.logRatio).toBeGreaterThan(1)
    expect(latency.differenceUs).toBeGreaterThan(5_000)
    expect(cpu?.logRatio).toBeGreaterThan(1)
  })

  test('names the version that throws', async () => {
    const task = { ...taskOf('watch', { kind: 'throws' }), ...SHORT, operation: 'watch' } as const
    expect(await runPairProcess(task, never)).toMatchObject({
      kind: 'failed',
      version: 'candidate',
      error: 'thrown on purpose',
    })
  })

  test('ends when it is aborted', async () => {
    const task = { ...taskOf('heartbeat', { kind: 'none' }), ...SHORT, pairsMs: 60_000 }
    const ending = new AbortController()
    const run = runPairProcess({ ...task, operation: 'heartbeat' }, ending.signal)
    ending.abort(new Error('enough'))
    await expect(run).rejects.toThrow('enough')
  })
})

test.runIf(backends.kind !== 'memory')(
  'a process of drift has a value in each window',
  async () => {
    const task = taskOf('heartbeat', { kind: 'none' })
    const operations: OperationName[] = ['heartbeat', 'register']
    const length = { durationMs: 400, windows: 4 }
    const ending = await runDriftProcess({ ...task, ...length, operations }, never)
    if (ending.kind === 'failed') throw new Error(ending.error)
    expect(ending.series.map(({ operation }) => operation)).toEqual(operations)
    for (const series of ending.series)
      expect(Number.isFinite(driftOf(series).slopePerMinute)).toBe(true)
  },
)
