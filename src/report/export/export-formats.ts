import { formatJson } from '../../run-file/write/format-json.ts'
import { faultsCsv } from '../../run-file/csv/faults-csv.ts'
import { notesCsv } from '../../run-file/csv/notes-csv.ts'
import { intervalsCsv } from '../../run-file/csv/intervals-csv.ts'
import { microCsv } from '../../run-file/csv/micro-csv.ts'
import { sloCsv } from '../../run-file/csv/slo-csv.ts'
import { operationsCsv } from '../../run-file/csv/operations-csv.ts'
import type { RunFile } from '../../run-file/run-file.ts'
import { actionBenchmark } from './action-benchmark.ts'
import { bencherMetrics } from './bencher.ts'
import { storedRunMarkdown } from '../markdown/run-markdown.ts'
import { openMetrics } from './open-metrics.ts'
import { hgrmFiles, histogramLog, type ExportedFile } from './percentile-logs.ts'

/** A format in which a run can be exported. */
export interface ExportFormat {
  /** Whether other programs use its numbers without looking at the verdict. */
  readonly ignoresVerdict: boolean
  /** Writes a run as one text, or as several files; `null` if the run has no such data. */
  readonly write: (run: RunFile) => string | readonly ExportedFile[] | null
}

/** All formats by name, as on the command line. */
export const EXPORT_FORMATS = {
  csv: {
    ignoresVerdict: false,
    write: operationsCsv,
  },
  intervals: {
    ignoresVerdict: false,
    write: intervalsCsv,
  },
  slo: {
    ignoresVerdict: false,
    write: sloCsv,
  },
  faults: {
    ignoresVerdict: false,
    write: faultsCsv,
  },
  metrics: {
    ignoresVerdict: false,
    write: notesCsv,
  },
  micro: {
    ignoresVerdict: false,
    write: microCsv,
  },
  markdown: {
    ignoresVerdict: false,
    write: storedRunMarkdown,
  },
  json: {
    ignoresVerdict: false,
    write: (run) => `${formatJson(run)}\n`,
  },
  hgrm: {
    ignoresVerdict: true,
    write: (run) => orNothing(hgrmFiles(run)),
  },
  hlog: {
    ignoresVerdict: true,
    write: (run) => (isMeasured(run) ? histogramLog(run) : null),
  },
  openmetrics: {
    ignoresVerdict: true,
    write: (run) => (isMeasured(run) ? openMetrics(run) : null),
  },
  'github-action-benchmark': {
    ignoresVerdict: true,
    write: (run) => (isMeasured(run) ? actionBenchmark(run) : null),
  },
  bencher: {
    ignoresVerdict: true,
    write: (run) => (isMeasured(run) ? bencherMetrics(run) : null),
  },
} as const satisfies Readonly<Record<string, ExportFormat>>

/** The name of a format. */
export type FormatName = keyof typeof EXPORT_FORMATS

/** The names of all formats, in the order of the help text. */
export const FORMAT_NAMES = Object.keys(EXPORT_FORMATS) as readonly FormatName[]

function isMeasured(run: RunFile): boolean {
  return run.scenarios.some(({ state }) => state === 'measured')
}

function orNothing(files: readonly ExportedFile[]): readonly ExportedFile[] | null {
  return files.length === 0 ? null : files
}
