import { capitalised } from '../../format.ts'
import { column, toCsv, type Column } from './csv.ts'
import { roundedRate } from './rounded.ts'
import type { MicroBenchmarkEntry, RunFile } from '../run-file.ts'

/** A row of `<runId>.micro.csv`. */
export interface MicroRow {
  readonly run: RunFile
  readonly entry: MicroBenchmarkEntry
}

const LATENCIES = ['meanMs', 'p50Ms', 'p75Ms', 'p99Ms', 'minMs', 'maxMs'] as const

/** All columns of `<runId>.micro.csv`. */
export const MICRO_COLUMNS: readonly Column<MicroRow>[] = [
  column('runId', "the run's name", ({ run }) => run.runId),
  column('file', 'where it is defined', ({ entry }) => entry.file),
  column('group', 'the test that holds it', ({ entry }) => entry.group),
  column('name', "the benchmark's name", ({ entry }) => entry.name),
  column('samples', 'how often it was timed', ({ entry }) => entry.samples),
  ...LATENCIES.map((figure) =>
    column<MicroRow>(
      `latency${capitalised(figure)}`,
      'time of one call, to four digits',
      ({ entry }) => Number(entry.latency[figure].toPrecision(4)),
    ),
  ),
  column('throughputPerSecond', 'calls, one after the other', ({ entry }) =>
    roundedRate(entry.throughputPerSecond),
  ),
  column(
    'relativeMarginOfErrorPercent',
    "of the latency's mean",
    ({ entry: { relativeMarginOfErrorPercent: percent } }) =>
      percent === null ? null : Number(percent.toPrecision(4)),
  ),
]

/** One row per micro-benchmark; `null` if the run has none. */
export function microCsv(run: RunFile): string | null {
  const rows = run.microBenchmarks.map((entry) => ({ run, entry }))
  return rows.length === 0 ? null : toCsv(MICRO_COLUMNS, rows)
}
