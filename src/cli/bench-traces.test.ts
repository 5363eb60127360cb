import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readSpans } from '../traces/waterfall/read-spans.ts'
import { readRunFile } from '../run-file/read/read-run-file.ts'
import { readTracesData } from '../run-file/read/read-traces-data.ts'
import { tracesPathOf } from '../run-file/traces-path.ts'
import { ended, runFilesIn, startCommand, useResultsFolder } from './testing/command.ts'

const folder = useResultsFolder()

function bench(args: readonly string[]): ReturnType<typeof startCommand> {
  return startCommand(['bench', ...args], { BENCH_BACKEND: 'memory', BENCH_RESULTS: folder() })
}

test('--traces keeps traces of requests, whatever their operations write into spans', async () => {
  const { exitCode, stdout } = await ended(bench(['traced', '--traces']))
  expect(exitCode).toBe(0)
  const [path = ''] = runFilesIn(folder())
  const run = await readRunFile(path)
  const [scenario] = run.scenarios
  if (scenario?.state !== 'measured') throw new Error('not measured')
  const { operations, traces: counts } = scenario.result
  if (counts === undefined) throw new Error('no traces')
  const data = readTracesData(tracesPathOf(path))
  if (data.kind === 'unreadable') throw new Error(data.problem)
  const traces = readSpans(data.resourceSpans, () => true, String)

  expect(counts.kept).toBe(counts.errors + counts.slow + counts.sampled)
  expect(counts.kept).toBe(traces.size)
  const of = (name: string) => operations.find((one) => one.name === name) ?? expect.fail(name)
  const errors = operations.map((one) => one.counts.started - one.counts.ok)
  expect(counts.errors).toBe(errors.reduce((sum, count) => sum + count, 0))
  // Spans beyond 1,000 of a request, and those that are not valid.
  expect(counts.lostSpans).toBeGreaterThan(100)
  for (const { slowest = [] } of operations) {
    expect(slowest.length).toBeGreaterThan(0)
    for (const { traceId, parts, responseMs } of slowest) {
      expect(parts.reduce((sum, { ms }) => sum + ms, 0)).toBeCloseTo(responseMs, 6)
      expect(traces.has(traceId)).toBe(true)
    }
  }
  const slowestOf = (name: string) => {
    const [request] = of(name).slowest ?? []
    if (request === undefined) throw new Error(`${name} has no slowest request`)
    const spans = traces.get(request.traceId)?.spans ?? []
    const root = spans.find(({ parentSpanId }) => parentSpanId === null) ?? expect.fail(name)
    // A busy machine may pause the load's process.
    const names = spans.map((span) => span.name).filter((one) => one !== 'generator paused')
    return { request, spans, names, root, of: (key: string) => root.attributes.get(key) }
  }

  const answered = slowestOf('answered')
  expect(answered.names.toSorted()).toEqual(['GET', 'request answered', 'wait for generator'])
  expect(answered.of('loadtest.outcome')).toBe('ok')

  // What it waited for is known, although that never ended.
  const hanging = slowestOf('hanging')
  const msOf = (part: string) => hanging.request.parts.find((one) => one.name === part)?.ms ?? 0
  expect(msOf('redis')).toBeGreaterThan(msOf('other'))
  expect(hanging.root.error).toBe('timed out')

  const failing = slowestOf('failing')
  expect(failing.of('loadtest.outcome')).toBe('failed')
  expect(failing.of('error.type')).toBe('GONE')
  expect(failing.root.error).toBe('no answer from redis://***@host')

  const careless = slowestOf('careless')
  expect(careless.of('loadtest.outcome')).toBe('ok')
  expect(careless.names).toContain('at no time')
  expect(careless.names).not.toContain('later')

  const files = readdirSync(folder()).map((name) => readFileSync(join(folder(), name), 'utf8'))
  expect([stdout, ...files].filter((text) => text.includes('secret'))).toEqual([])
  expect(stdout).toContain('slowest requests')
})

test('flags that choose traces ask for traces', async () => {
  const { exitCode, stderr } = await ended(bench(['met', '--trace-ratio', '5%']))
  expect(exitCode).toBe(2)
  expect(stderr).toContain('--trace-ratio')
  expect(stderr).toContain('--traces')
  expect(runFilesIn(folder())).toEqual([])
})
