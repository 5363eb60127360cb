import { totalMs } from '../judge/judged-load.ts'
import type { ResponseTimes } from '../judge/truth.ts'
import { fixedConnections, type Generator } from './generator.ts'
import { numberAt } from './number-at.ts'

/** autocannon: a fixed number of connections, and a correction for coordinated omission. */
export const autocannon: Generator = {
  name: 'autocannon',
  programs: ['autocannon'],
  install: 'npm install --global autocannon',
  versionArgs: ['--version'],
  readVersion: (printed) => /autocannon v(\S+)/.exec(printed)?.[1] ?? null,
  goModule: null,
  calibrationMs: 0,
  reportsFromMs: () => 0,
  command: ({ load, url }) => ({
    args: [
      `--connections=${fixedConnections(load)}`,
      `--overallRate=${load.ratePerSecond}`,
      `--duration=${totalMs(load) / 1_000}`,
      '--json',
      url,
    ],
  }),
  readReport: async ({ printed }) => ({ times: parseAutocannonReport(printed), choice: null }),
}

/** @param json the output of `autocannon --json`; times are in whole ms. */
export function parseAutocannonReport(json: string): ResponseTimes {
  const report: unknown = JSON.parse(json)
  const at = (percentile: string): number => numberAt(report, 'latency', percentile)
  return { p50Ms: at('p50'), p99Ms: at('p99'), p999Ms: at('p99_9') }
}
