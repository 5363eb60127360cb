import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { totalMs } from '../judge/judged-load.ts'
import type { ResponseTimes } from '../judge/truth.ts'
import { connectionsFor, type Generator } from './generator.ts'
import { numberAt } from './number-at.ts'

const SUMMARY = 'summary.json'

/** Grafana k6: preallocated virtual users, each with its own connection. */
export const k6: Generator = {
  name: 'k6',
  programs: ['k6'],
  install: 'go install go.k6.io/k6@latest',
  versionArgs: ['version'],
  readVersion: (printed) => /k6(?:\.exe)? v(\S+)/.exec(printed)?.[1] ?? null,
  goModule: null,
  calibrationMs: 0,
  reportsFromMs: () => 0,
  command: ({ load, url, folder }) => ({
    args: [
      'run',
      '--quiet',
      '--no-usage-report',
      `--summary-export=${join(folder, SUMMARY)}`,
      join(folder, 'script.js'),
    ],
    files: {
      'script.js': `import http from 'k6/http'
export const options = ${JSON.stringify({
        discardResponseBodies: true,
        summaryTrendStats: ['p(50)', 'p(99)', 'p(99.9)'],
        scenarios: {
          load: {
            executor: 'constant-arrival-rate',
            rate: load.ratePerSecond,
            timeUnit: '1s',
            duration: `${totalMs(load)}ms`,
            preAllocatedVUs: connectionsFor(load),
            gracefulStop: '5s',
          },
        },
      })}
export default function () { http.get(${JSON.stringify(url)}) }
`,
    },
  }),
  readReport: async ({ folder }) => ({
    times: parseK6Summary(await readFile(join(folder, SUMMARY), 'utf8')),
    choice: null,
  }),
}

/** @param json the output of `--summary-export`. */
export function parseK6Summary(json: string): ResponseTimes {
  const summary: unknown = JSON.parse(json)
  const at = (percentile: string): number =>
    numberAt(summary, 'metrics', 'http_req_duration', `p(${percentile})`)
  return { p50Ms: at('50'), p99Ms: at('99'), p999Ms: at('99.9') }
}
