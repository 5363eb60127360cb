import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  startOtlpReceiver,
  valuesOf,
  type OtlpAnswer,
} from '../report/telemetry/testing/otlp-receiver.ts'
import { readRunFile } from '../run-file/read/read-run-file.ts'
import { ended, runFilesIn, startCommand, useResultsFolder } from './testing/command.ts'

const folder = useResultsFolder()

/** A busy machine takes half a minute to start a command. */
const PATIENTLY = { timeout: 180_000 }

function bench(args: readonly string[], results: string): ReturnType<typeof startCommand> {
  return startCommand(['bench', ...args], { BENCH_BACKEND: 'memory', BENCH_RESULTS: results })
}

const JSON_TYPE = { 'content-type': 'application/json' }
const REJECTED = { partialSuccess: { rejectedDataPoints: '7', errorMessage: 'too many series' } }

/** Collectors, and what a run says of each in the end. */
const COLLECTORS: readonly (readonly [answer: OtlpAnswer, told: RegExp])[] = [
  [() => {}, /did not arrive \(no answer within 3 s\)/],
  [
    (response) => void response.writeHead(500).end('no'),
    /did not arrive \(Internal Server Error\)/,
  ],
  [(response) => void response.destroy(), /did not arrive \(.+\)/],
  [(response) => void response.end('<html>'), /may not all have been taken \(.*not valid JSON.*\)/],
  [
    (response) => void response.writeHead(200, JSON_TYPE).end(JSON.stringify(REJECTED)),
    /may not all have been taken \(.*too many series.*\)/,
  ],
]

test(
  'a collector that fails is named when the run begins and in one line at its end, and changes neither exit code nor figures',
  PATIENTLY,
  async () => {
    const runs = await Promise.all(
      COLLECTORS.map(async ([answer, told]) => {
        const collector = await startOtlpReceiver(answer)
        onTestFinished(() => collector.close())
        const results = mkdtempSync(join(folder(), 'run-'))
        const end = await ended(bench(['met', '--otlp', collector.url], results))
        const [path = ''] = runFilesIn(results)
        return { ...end, told, run: await readRunFile(path) }
      }),
    )
    for (const { exitCode, stderr, told, run } of runs) {
      const [first = '', last = '', ...others] = stderr
        .split('\n')
        .filter((line) => line.startsWith('--otlp'))
      expect(first).toMatch(/does not take metrics \(.+\)\. The run goes on and keeps trying\.$/)
      // On a busy machine, any answer may be late.
      if (!last.includes('no answer within 3 s')) expect(last).toMatch(told)
      expect(last).toMatch(/last figures (?:did not arrive|may not all have been taken) \(/)
      expect(others).toEqual([])
      expect(exitCode).toBe(0)
      expect(run.scenarios).toMatchObject([
        { result: { operations: [{ counts: { planned: 50, ok: 50 } }] } },
      ])
    }
  },
)

test(
  'scenarios follow each other, no count falls, and Ctrl-C ends the wait for a last scrape',
  PATIENTLY,
  async () => {
    const collector = await startOtlpReceiver()
    onTestFinished(() => collector.close())
    const flags = ['--otlp', collector.url, '--prometheus', '0']
    const child = bench(['met', 'noted', ...flags], folder())
    let isScraped = false
    let isInterrupted = false
    child.stdout?.on('data', (chunk: unknown) => {
      const [, url] = /^Metrics: (http\S+)$/m.exec(String(chunk)) ?? []
      if (url !== undefined) void fetch(url).then(() => (isScraped = true))
      if (isInterrupted || !String(chunk).includes('waiting up to 30 s')) return
      isInterrupted = true
      child.kill('SIGINT')
    })
    const { exitCode } = await ended(child)
    expect({ isScraped, isInterrupted, exitCode }).toEqual({
      isScraped: true,
      isInterrupted: true,
      exitCode: 0,
    })
    const by = ['loadtest.scenario', 'loadtest.operation', 'loadtest.outcome'] as const
    const counts = collector.exports.map((metrics) =>
      valuesOf({ exports: [metrics] }, 'loadtest.requests', ...by),
    )
    expect(counts.at(-1)).toMatchObject({ 'met answer ok': 50, 'noted read ok': 100 })
    for (const [i, after] of counts.entries()) {
      for (const [name, count] of Object.entries(counts[i - 1] ?? {})) {
        expect(after[name], name).toBeGreaterThanOrEqual(count)
      }
    }
  },
)
