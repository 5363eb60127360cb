import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { totalMs } from '../judge/judged-load.ts'
import type { ResponseTimes } from '../judge/truth.ts'
import { connectionsFor, type Generator } from './generator.ts'
import { numberAt } from './number-at.ts'

const RESULTS = 'results.bin'

/** vegeta: one worker per request in flight. */
export const vegeta: Generator = {
  name: 'vegeta',
  programs: ['vegeta'],
  install: 'go install github.com/tsenart/vegeta/v12@latest',
  versionArgs: ['-version'],
  readVersion: (printed) => /Version: *v?(\S*)/.exec(printed)?.[1] ?? null,
  goModule: 'github.com/tsenart/vegeta/v12',
  calibrationMs: 0,
  reportsFromMs: () => 0,
  command: ({ load, url, folder }) => ({
    args: [
      'attack',
      `-rate=${load.ratePerSecond}/s`,
      `-duration=${totalMs(load)}ms`,
      // It keeps 10,000 idle connections, unless told otherwise.
      `-connections=${Math.max(connectionsFor(load), 10_000)}`,
      `-targets=${join(folder, 'targets')}`,
      `-output=${join(folder, RESULTS)}`,
    ],
    files: { targets: `GET ${url}\n` },
  }),
  readReport: async ({ program, folder }) => {
    const { stdout } = await promisify(execFile)(program, [
      'report',
      '-type=json',
      join(folder, RESULTS),
    ])
    return { times: parseVegetaReport(stdout), choice: null }
  },
}

const NS_PER_MS = 1e6

/** @param json the output of `vegeta report -type=json`: times in ns, without P99.9. */
export function parseVegetaReport(json: string): ResponseTimes {
  const report: unknown = JSON.parse(json)
  const at = (percentile: string): number => numberAt(report, 'latencies', percentile) / NS_PER_MS
  return { p50Ms: at('50th'), p99Ms: at('99th'), p999Ms: null }
}
