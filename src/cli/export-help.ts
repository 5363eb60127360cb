import type { FormatName } from '../report/export/export-formats.ts'

/** What `results export` is for, in its help. */
export const EXPORT = `A run in another form, made anew from its file.

Formats that have no room for a verdict are taken for good wherever they go: of a run with an invalid or interrupted measurement, or of one share of a load, nothing is exported in them unless --allow-invalid says so. Names and comments then say that the numbers are not to be trusted.`

/** What each format is, and where an example writes it. Loads none of them. */
const FORMATS: Readonly<Record<FormatName, readonly [what: string, out: string]>> = {
  csv: ['CSV, one row per scenario and operation', 'run.csv'],
  intervals: ['CSV, one row per second, scenario and operation', 'seconds.csv'],
  metrics: ['CSV, one row per check, value of a tag and metric', 'metrics.csv'],
  json: ["the run file, in the present schema's form", 'run.json'],
  hgrm: ['HdrHistogram percentiles in ms, one file per scenario, operation and time', 'hgrm'],
  hlog: ['HdrHistogram log, one interval per scenario, operation and time, in µs', 'run.hlog'],
  openmetrics: ['OpenMetrics text for Prometheus, in seconds', 'run.prom'],
  'github-action-benchmark': ['JSON, customSmallerIsBetter', 'benchmark.json'],
  bencher: ['Bencher Metric Format, JSON', 'bencher.json'],
}

const EXIT_CODES = `Exit code
  0 exported   2 something is broken   3 not exported: a measurement is not to be trusted`

/** What follows the options: each format with an example. */
export function exportHelp(typed: string): string {
  const formats = Object.entries(FORMATS).map(
    ([format, [what, out]]) =>
      `  ${what}\n    ${typed} export 20260102T0304 --format ${format} --out ${out}`,
  )
  return `\nFormats\n${formats.join('\n')}\n\n${EXIT_CODES}`
}
