import { totalMs } from '../judge/judged-load.ts'
import type { ResponseTimes } from '../judge/truth.ts'
import { fixedConnections, type Generator } from './generator.ts'

const THREADS = 2
/** Each thread then discards its records so far. */
const CALIBRATION_MS = 10_000

/** wrk2: threads that share a fixed number of connections, and time from the schedule. */
export const wrk2: Generator = {
  name: 'wrk2',
  programs: ['wrk2', 'wrk'],
  install:
    'git clone https://github.com/giltene/wrk2 && make -C wrk2, and wrk2/wrk on the PATH as wrk2',
  versionArgs: ['--version'],
  // Its parent, wrk, prints the same name, and knows no rate.
  readVersion: (printed) =>
    printed.includes('--rate') ? (/^wrk (\S+)/.exec(printed)?.[1] ?? null) : null,
  goModule: null,
  calibrationMs: CALIBRATION_MS,
  reportsFromMs: () => CALIBRATION_MS,
  command: ({ load, url }) => ({
    args: [
      `-t${THREADS}`,
      `-c${fixedConnections(load)}`,
      `-d${totalMs(load) / 1_000}s`,
      `-R${load.ratePerSecond}`,
      '--latency',
      url,
    ],
  }),
  readReport: async ({ printed }) => ({ times: parseWrk2Report(printed), choice: null }),
}

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['us', 0.001],
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
])

/** @param text the output of `wrk2 --latency`, such as ` 99.900%  993.79ms`. */
export function parseWrk2Report(text: string): ResponseTimes {
  const at = (percentile: string): number => {
    const line = new RegExp(`^ *${percentile.replace('.', '\\.')}% +([\\d.]+)(us|ms|s|m)`, 'm')
    const [, value, unit = ''] = line.exec(text) ?? []
    const unitMs = UNIT_MS.get(unit)
    if (value === undefined || unitMs === undefined) {
      throw new Error(`its report has no ${percentile} %`)
    }
    return Number(value) * unitMs
  }
  return { p50Ms: at('50.000'), p99Ms: at('99.000'), p999Ms: at('99.900') }
}
