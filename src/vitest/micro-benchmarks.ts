import type { TestBenchmark } from 'vitest'
import type { TestCase } from 'vitest/node'
import type { OtherTest } from '../report/junit/run-junit.ts'
import type { MicroBenchmarkEntry } from '../run-file/run-file.ts'

/** The figures of a test's benchmarks, in the form of run files. */
export function microBenchmarkEntries(
  file: string,
  group: string,
  benchmark: TestBenchmark,
): MicroBenchmarkEntry[] {
  return benchmark.tasks.map(({ name, latency, throughput }) => ({
    file,
    group,
    name,
    samples: latency.samplesCount,
    latency: {
      meanMs: latency.mean,
      p50Ms: latency.p50,
      p75Ms: latency.p75,
      p99Ms: latency.p99,
      minMs: latency.min,
      maxMs: latency.max,
    },
    throughputPerSecond: throughput.mean,
    relativeMarginOfErrorPercent: Number.isFinite(latency.rme) ? latency.rme : null,
  }))
}

/** A micro-benchmark's outcome, with the reason unless it passed. If only assertions failed, its figures were judged. */
export function microBenchmarkEnd(
  testCase: TestCase,
): readonly [outcome: OtherTest['outcome'], reason: string] {
  const { state, errors = [] } = testCase.result()
  if (state === 'skipped') return ['inconclusive', `skipped: ${whySkipped(testCase)}`]
  if (state === 'failed') {
    const isJudged = errors.every(({ name }) => name === 'AssertionError')
    return [isJudged ? 'failed' : 'broken', errors.map(({ message }) => message).join('\n')]
  }
  const undecided = testCase.annotations().filter(({ type }) => type === 'inconclusive')
  return undecided.length === 0
    ? ['passed', '']
    : ['inconclusive', undecided.map(({ message }) => message).join('\n')]
}

function whySkipped(testCase: TestCase): string {
  const result = testCase.result()
  return (result.state === 'skipped' ? result.note : undefined) ?? 'no reason was given'
}
