import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { totalMs } from '../judge/judged-load.ts'
import type { ResponseTimes } from '../judge/truth.ts'
import { connectionsFor, type Generator } from './generator.ts'
import { numberAt } from './number-at.ts'

const REPORT = 'report.json'

/** Artillery: a virtual user per request, and a pool of connections. */
export const artillery: Generator = {
  name: 'artillery',
  programs: ['artillery'],
  install: 'npm install --global artillery --ignore-scripts',
  versionArgs: ['--version'],
  readVersion: (printed) => /Artillery: (\S+)/.exec(printed)?.[1] ?? null,
  goModule: null,
  calibrationMs: 0,
  reportsFromMs: () => 0,
  command: ({ load, url, folder }) => ({
    args: ['run', '--quiet', '--output', join(folder, REPORT), join(folder, 'script.json')],
    env: { ARTILLERY_DISABLE_TELEMETRY: 'true' },
    files: {
      'script.json': JSON.stringify({
        config: {
          target: url,
          phases: [{ duration: totalMs(load) / 1_000, arrivalRate: load.ratePerSecond }],
          http: { pool: connectionsFor(load) },
        },
        scenarios: [{ flow: [{ get: { url: '/' } }] }],
      }),
    },
  }),
  readReport: async ({ folder }) => ({
    times: parseArtilleryReport(await readFile(join(folder, REPORT), 'utf8')),
    choice: null,
  }),
}

/** @param json the output of `artillery run --output`; times below 10 ms are whole. */
export function parseArtilleryReport(json: string): ResponseTimes {
  const report: unknown = JSON.parse(json)
  const at = (percentile: string): number =>
    numberAt(report, 'aggregate', 'summaries', 'http.response_time', percentile)
  return { p50Ms: at('p50'), p99Ms: at('p99'), p999Ms: at('p999') }
}
