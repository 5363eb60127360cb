import { percentile } from '../judge/deviation.ts'
import { totalMs } from '../judge/judged-load.ts'
import type { ResponseTimes } from '../judge/truth.ts'
import { fixedConnections, type Generator } from './generator.ts'

/** hey: a fixed number of workers, each with a rate of its own. */
export const hey: Generator = {
  name: 'hey',
  programs: ['hey'],
  install: 'go install github.com/rakyll/hey@latest',
  // It has none, and prints its usage for any argument that it doesn't know.
  versionArgs: ['-version'],
  readVersion: (printed) => (printed.includes('Usage: hey') ? '' : null),
  goModule: 'github.com/rakyll/hey',
  calibrationMs: 0,
  reportsFromMs: () => 0,
  command: ({ load, url }) => ({
    args: [
      '-z',
      `${totalMs(load)}ms`,
      '-c',
      String(fixedConnections(load)),
      '-q',
      String(load.ratePerSecond / fixedConnections(load)),
      '-o',
      'csv',
      url,
    ],
  }),
  readReport: async ({ printed }) => ({ times: parseHeyCsv(printed), choice: null }),
}

/** @param csv the output of `hey -o csv`: one row per request, its time first, in seconds with four decimals. */
export function parseHeyCsv(csv: string): ResponseTimes {
  const seconds = Float64Array.from(
    csv
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => Number.parseFloat(line)),
  ).sort()
  if (!csv.startsWith('response-time,') || seconds.length === 0) {
    throw new Error('its report has no row')
  }
  const at = (p: number): number => percentile(seconds, p) * 1_000
  return { p50Ms: at(50), p99Ms: at(99), p999Ms: at(99.9) }
}
