import { notesCsv } from '../../run-file/csv/notes-csv.ts'
import { intervalsCsv } from '../../run-file/csv/intervals-csv.ts'
import { operationsCsv } from '../../run-file/csv/operations-csv.ts'
import type { RunFile } from '../../run-file/run-file.ts'
import { actionBenchmark } from './action-benchmark.ts'
import { bencherMetrics } from './bencher.ts'
import { openMetrics } from './open-metrics.ts'
import { hgrmFiles, histogramLog, type ExportedFile } from './percentile-logs.ts'

/** A form that a run can be exported in. */
export interface ExportFormat {
  /** Whether other programs take its numbers for good, without a look at the verdict. */
  readonly isTakenForGood: boolean
  /** What a run is in it: a text, or several files; `null` if it has nothing of the kind. */
  readonly write: (run: RunFile) => string | readonly ExportedFile[] | null
}

/** All formats, by the name that their users give. */
export const EXPORT_FORMATS = {
  csv: {
    isTakenForGood: false,
    write: operationsCsv,
  },
  intervals: {
    isTakenForGood: false,
    write: intervalsCsv,
  },
  metrics: {
    isTakenForGood: false,
    write: notesCsv,
  },
  json: {
    isTakenForGood: false,
    write: (run) => `${JSON.stringify(run, null, 2)}\n`,
  },
  hgrm: {
    isTakenForGood: true,
    write: (run) => orNothing(hgrmFiles(run)),
  },
  hlog: {
    isTakenForGood: true,
    write: (run) => (isMeasured(run) ? histogramLog(run) : null),
  },
  openmetrics: {
    isTakenForGood: true,
    write: (run) => (isMeasured(run) ? openMetrics(run) : null),
  },
  'github-action-benchmark': {
    isTakenForGood: true,
    write: (run) => (isMeasured(run) ? actionBenchmark(run) : null),
  },
  bencher: {
    isTakenForGood: true,
    write: (run) => (isMeasured(run) ? bencherMetrics(run) : null),
  },
} as const satisfies Readonly<Record<string, ExportFormat>>

/** The name of a format. */
export type FormatName = keyof typeof EXPORT_FORMATS

/** The names of all formats, in the order in which they are listed. */
export const FORMAT_NAMES = Object.keys(EXPORT_FORMATS) as readonly FormatName[]

function isMeasured(run: RunFile): boolean {
  return run.scenarios.some(({ state }) => state === 'measured')
}

function orNothing(files: readonly ExportedFile[]): readonly ExportedFile[] | null {
  return files.length === 0 ? null : files
}
