import { expect, onTestFinished, test } from 'vitest'
import { startOtlpReceiver, valuesOf } from '../report/telemetry/testing/otlp-receiver.ts'
import { readRunFile } from '../run-file/read/read-run-file.ts'
import { ended, runFilesIn, startCommand, useResultsFolder } from './testing/command.ts'

const folder = useResultsFolder()

/** A busy machine takes half a minute to start a command. */
const PATIENTLY = { timeout: 180_000 }

function bench(args: readonly string[]): ReturnType<typeof startCommand> {
  return startCommand(['bench', ...args], { BENCH_BACKEND: 'memory', BENCH_RESULTS: folder() })
}

test(
  '--otlp and --prometheus tell a run’s figures, which end as the run file’s',
  PATIENTLY,
  async () => {
    const collector = await startOtlpReceiver()
    onTestFinished(() => collector.close())
    const child = bench(['met', '--otlp', collector.url, '--prometheus', '0'])
    const end = ended(child)
    const url = await new Promise<string>((resolve) => {
      child.stdout?.on('data', (chunk: unknown) => {
        const [, found] = /^Metrics: (http\S+)$/m.exec(String(chunk)) ?? []
        if (found !== undefined) resolve(found)
      })
    })
    let text = ''
    // One request may fail, such as on a connection that the server has just closed.
    while (child.exitCode === null && child.signalCode === null) {
      await fetch(url).then(
        async (response) => (text = await response.text()),
        () => {},
      )
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const { exitCode, stderr } = await end
    expect(stderr).not.toContain('last figures')
    expect(exitCode).toBe(0)
    const [path = ''] = runFilesIn(folder())
    const run = await readRunFile(path)
    const [scenario] = run.scenarios
    if (scenario?.state !== 'measured') throw new Error('not measured')
    const last = (metric: string, ...more: readonly string[]) =>
      valuesOf(collector, metric, 'loadtest.operation', ...more)
    for (const { name, counts, response, service, lateness } of scenario.result.operations) {
      expect(last('loadtest.requests', 'loadtest.outcome')[`${name} ok`]).toBe(counts.ok)
      expect(last('loadtest.response.duration')[name]).toBe(response.figures.count)
      expect(last('loadtest.service.duration')[name]).toBe(service.figures.count)
      expect(last('loadtest.lateness')[name]).toBe(lateness.figures.count)
      const labels = `loadtest_operation="${name}"`
      const line = (metric: string, more = '') =>
        text
          .split('\n')
          .find((one) => one.startsWith(`${metric}{`) && one.includes(labels) && one.includes(more))
          ?.split(' ')
          .at(-1)
      expect(line('loadtest_requests_total', 'loadtest_outcome="ok"')).toBe(String(counts.ok))
      expect(line('loadtest_response_duration_seconds_count')).toBe(String(response.figures.count))
      expect(line('loadtest_response_duration_seconds_bucket', 'le="+Inf"')).toBe(
        String(response.figures.count),
      )
    }
    expect(text).toMatch(/^loadtest_measurement_valid\{.*\} [01]$/m)
  },
)

test(
  '--otlp: a collector that is down is named at the start and the end, and changes no exit code',
  PATIENTLY,
  async () => {
    const { exitCode, stderr } = await ended(
      bench(['met', '--otlp', 'http://me:secret@127.0.0.1:1']),
    )
    expect(exitCode).toBe(0)
    expect(stderr).toContain('--otlp: http://127.0.0.1:1/v1/metrics does not take metrics')
    expect(stderr).toContain("the run's last figures did not arrive")
    expect(stderr).not.toContain('secret')
  },
)

test.each([
  [['--otlp', 'localhost:4318'], '--otlp: localhost:4318 is not a URL'],
  [['--prometheus', 'mixed'], '--prometheus: "mixed" is not a port'],
])('%s is refused before anything is measured', async (flags, message) => {
  const { exitCode, stderr } = await ended(bench(['met', ...flags]))
  expect(exitCode).toBe(2)
  expect(stderr).toContain(message)
  expect(runFilesIn(folder())).toEqual([])
})
