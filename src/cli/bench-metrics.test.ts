import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { readRunFile } from '../run-file/read/read-run-file.ts'
import { ended, runFilesIn, startCommand, useResultsFolder } from './testing/command.ts'

const folder = useResultsFolder()

function bench(args: readonly string[]): ReturnType<typeof startCommand> {
  return startCommand(['bench', ...args], { BENCH_BACKEND: 'memory', BENCH_RESULTS: folder() })
}

interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue?: string }
}
interface Point {
  readonly attributes: readonly Attribute[]
  readonly asInt?: number | string
  readonly asDouble?: number
  readonly count?: number | string
}
interface Metric {
  readonly name: string
  readonly sum?: { readonly dataPoints: readonly Point[] }
  readonly gauge?: { readonly dataPoints: readonly Point[] }
  readonly exponentialHistogram?: { readonly dataPoints: readonly Point[] }
}
interface Export {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[]
  }[]
}

test('--otlp and --prometheus tell a run’s figures, which end as the run file’s', async () => {
  const exports: Export[] = []
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      exports.push(body as Export)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const child = bench(['met', '--otlp', `http://127.0.0.1:${port}`, '--prometheus', '0'])
  const end = ended(child)
  const url = await new Promise<string>((resolve) => {
    child.stdout?.on('data', (chunk: unknown) => {
      const [, found] = /^Metrics: (http\S+)$/m.exec(String(chunk)) ?? []
      if (found !== undefined) resolve(found)
    })
  })
  let text = ''
  // Until the server is gone: after the last scrape.
  for (;;) {
    try {
      text = await (await fetch(url)).text()
    } catch {
      break
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const { exitCode, stderr } = await end
  server.close()
  expect(stderr).not.toContain('--otlp')
  expect(exitCode).toBe(0)
  const [path = ''] = runFilesIn(folder())
  const run = await readRunFile(path)
  const [scenario] = run.scenarios
  if (scenario?.state !== 'measured') throw new Error('not measured')
  const metrics = exports.at(-1)?.resourceMetrics[0]?.scopeMetrics[0]?.metrics ?? []
  for (const { name, counts, response, service, lateness } of scenario.result.operations) {
    const at = (metric: string, more: Record<string, string> = {}): Point | undefined => {
      const found = metrics.find((one) => one.name === metric)
      const points = (found?.sum ?? found?.gauge ?? found?.exponentialHistogram)?.dataPoints ?? []
      const wanted = Object.entries({ 'loadtest.operation': name, ...more })
      return points.find(({ attributes }) =>
        wanted.every(([key, value]) =>
          attributes.some((one) => one.key === key && one.value.stringValue === value),
        ),
      )
    }
    const ok = at('loadtest.requests', { 'loadtest.outcome': 'ok' })
    expect(Number(ok?.asInt)).toBe(counts.ok)
    expect(Number(at('loadtest.response.duration')?.count)).toBe(response.figures.count)
    expect(Number(at('loadtest.service.duration')?.count)).toBe(service.figures.count)
    expect(Number(at('loadtest.lateness')?.count)).toBe(lateness.figures.count)
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
})

test('--otlp: a collector that is down is named at the start and the end, and changes no exit code', async () => {
  const { exitCode, stderr } = await ended(bench(['met', '--otlp', 'http://me:secret@127.0.0.1:1']))
  expect(exitCode).toBe(0)
  expect(stderr).toContain('--otlp: http://127.0.0.1:1/v1/metrics does not take metrics')
  expect(stderr).toContain("the run's last figures did not arrive")
  expect(stderr).not.toContain('secret')
})

test.each([
  [['--otlp', 'localhost:4318'], '--otlp: localhost:4318 is not a URL'],
  [['--prometheus', 'mixed'], '--prometheus: "mixed" is not a port'],
])('%s is refused before anything is measured', async (flags, message) => {
  const { exitCode, stderr } = await ended(bench(['met', ...flags]))
  expect(exitCode).toBe(2)
  expect(stderr).toContain(message)
  expect(runFilesIn(folder())).toEqual([])
})
