import type { FormatName } from '../../report/export/export-formats.ts'

/** The description of `results export`. */
export const EXPORT = `Writes a run in another form, from its file.

Readers of formats without room for a verdict take every figure as valid. A run with an invalid or interrupted measurement, and one shard of a load, are therefore exported in these formats only with --allow-invalid. Names and comments then say that the figures can't be trusted.`

/** Each format's description and an example of its output, without loading the formats. */
const BY_NAME: Readonly<Record<FormatName, readonly [meaning: string, out: string]>> = {
  csv: ['CSV, one row per scenario and operation, and one for all operations', 'run.csv'],
  intervals: ['CSV, one row per second, scenario and operation', 'seconds.csv'],
  slo: ['CSV, one row per bound of an SLO', 'slo.csv'],
  faults: ['CSV, one row per fault', 'faults.csv'],
  metrics: ['CSV, one row per check, tag value and metric', 'metrics.csv'],
  micro: ['CSV, one row per micro-benchmark', 'micro.csv'],
  markdown: ['a summary for a pull request or a release', 'run.md'],
  json: ['the run file, in the current schema', 'run.json'],
  hgrm: ['HdrHistogram percentiles in ms, one file per scenario, operation and time', 'hgrm'],
  hlog: ['HdrHistogram log, one interval per scenario, operation and time, in µs', 'run.hlog'],
  openmetrics: ['OpenMetrics text for Prometheus, in seconds', 'run.prom'],
  'github-action-benchmark': ['JSON, customSmallerIsBetter', 'benchmark.json'],
  bencher: ['Bencher Metric Format, JSON', 'bencher.json'],
}

export const FORMATS = Object.entries(BY_NAME).map(
  ([format, [meaning]]) => [format, meaning] as const,
)

export const EXPORT_EXAMPLES = Object.entries(BY_NAME).map(
  ([format, [, out]]) => `export 20260102T0304 --format ${format} --out ${out}`,
)
