import * as fc from 'fast-check'
import { HistogramLogReader } from 'hdr-histogram-js'
import { expect, test } from 'vitest'
import { histogramFigures } from '../../load/recording/histogram.ts'
import { arbitraryRun } from '../../run-file/testing/arbitrary-run.ts'
import { runOf, scenarioOf } from '../../run-file/testing/run-fixture.ts'
import type { RunFile } from '../../run-file/run-file.ts'
import { exportedLoads } from './exported-loads.ts'
import { hgrmFiles, histogramLog } from './percentile-logs.ts'

const oneToTen = Array.from({ length: 10 }, (_, i) => i + 1)
const run = runOf([scenarioOf('mixed: a, b', { responseMs: oneToTen, serviceMs: [1] })])

/** How many histograms of a run's operations have records: of those that are exported. */
function recordedIn(of: RunFile): number {
  return exportedLoads(of).reduce((sum, { scenario }) => {
    const histograms = scenario.result.operations.flatMap(
      ({ response, service, failure, lateness, deliveries }) => [
        response,
        service,
        failure,
        lateness,
        ...(deliveries?.kind === 'counted' ? [deliveries.receipt, deliveries.completion] : []),
      ],
    )
    return sum + histograms.filter(({ figures }) => figures.count > 0).length
  }, 0)
}

test('a distribution has the format of HdrHistogram, in ms', () => {
  const files = hgrmFiles(run)
  expect(files.map(({ name }) => name)).toEqual(
    ['response', 'service', 'lateness'].map((time) => `${run.runId}.mixed-a-b.a.${time}.hgrm`),
  )
  const lines = files[0]?.text.split('\n') ?? []
  expect(lines.slice(0, 4)).toEqual([
    '       Value     Percentile TotalCount 1/(1-Percentile)',
    '',
    '       1.000 0.000000000000        100           1.00',
    '       1.000 0.100000000000        100           1.11',
  ])
  expect(lines.slice(-5)).toEqual([
    '      10.007 1.000000000000       1000',
    '#[Mean    =        5.502, StdDeviation   =        2.874]',
    '#[Max     =       10.007, Total count    =         1000]',
    '#[Buckets =           21, SubBuckets     =         2048]',
    '',
  ])
})

test('a log states its format and start, and every reader accepts its lines', () => {
  const lines = histogramLog(run).split('\n')
  expect(lines.slice(0, -4)).toEqual([
    `#[Run ${run.runId}; values in µs, Interval_Max in ms]`,
    '#[One interval per tag: the whole measurement]',
    '#[Histogram log format version 1.3]',
    '#[BaseTime: 1767323045.678 (seconds since epoch)]',
    '#[StartTime: 1767323045.678 (seconds since epoch), 2026-01-02T03:04:05.678Z]',
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
  ])
  expect(lines.at(-4)).toMatch(
    /^Tag=mixed-a-b\.a\.response,0\.000,10\.000,10\.007,HISTFA[\w+/]+=*$/,
  )
  expect(lines.at(-1)).toBe('')
})

test('whatever a run holds, its log reads back every histogram under its own tag', () => {
  fc.assert(
    fc.property(arbitraryRun, (any) => {
      const text = histogramLog(any)
      const reader = new HistogramLogReader(text)
      const read = new Map<string, number>()
      for (let next = reader.nextIntervalHistogram(); next !== null;) {
        expect(next.tag).toMatch(/^[\w.-]+$/)
        read.set(next.tag, histogramFigures(next).count)
        next = reader.nextIntervalHistogram()
      }
      expect(read.size).toBe(recordedIn(any))
      expect(Math.min(1, ...read.values())).toBe(1)
      const names = hgrmFiles(any).map(({ name }) => name)
      expect(new Set(names).size).toBe(recordedIn(any))
      for (const name of names) expect(name).toMatch(/^[\w.-]+\.hgrm$/)
    }),
    { numRuns: 30 },
  )
})

test('untrusted measurements are marked in both formats', () => {
  const reasons = [{ figure: 'x', measured: 1, threshold: 1, message: 'the generator\nwas late' }]
  const invalid = runOf([scenarioOf('mixed', {}, { verdict: { kind: 'invalid', reasons } })])
  const why = 'its measurement is invalid: the generator was late]'
  expect(histogramLog(invalid)).toContain(`\n#[Do not trust mixed: ${why}\n`)
  for (const { text } of hgrmFiles(invalid)) expect(text).toContain(`\n#[Do not trust: ${why}\n`)
})
