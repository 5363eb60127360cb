import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import {
  ended,
  runFilesIn,
  startCommand,
  useFolderOfAll,
  type Ended,
} from '../../src/cli/testing/command.ts'
import { freePort } from '../../src/environment/free-port.ts'
import { missingPrograms } from '../../src/environment/programs.ts'
import { expectedSeries, seriesName } from '../../src/report/telemetry/testing/expected-series.ts'
import {
  startOtlpReceiver,
  type ReceivedMetric,
} from '../../src/report/telemetry/testing/otlp-receiver.ts'
import {
  hasPrometheus,
  startPrometheus,
  type Series,
} from '../../src/report/telemetry/testing/prometheus.ts'
import { readTracesData } from '../../src/run-file/read/read-traces-data.ts'
import { tracesPathOf } from '../../src/run-file/traces-path.ts'
import { readSpans } from '../../src/traces/waterfall/read-spans.ts'
import { readRunFile } from '../../src/run-file/read/read-run-file.ts'
import { ROOT } from './page.ts'
import { cataloguedMetrics, cataloguedSpans, expectSpans } from './telemetry-catalogue.ts'

// CI has all of them.
if ((hasPrometheus && missingPrograms() === undefined) || process.env['CI'] !== undefined) {
  const folder = useFolderOfAll()
  let end: Ended
  let exports: readonly (readonly ReceivedMetric[])[]
  let resourceSpans: readonly unknown[]
  let scraped: readonly Series[]

  beforeAll(async () => {
    const target = `127.0.0.1:${await freePort()}`
    const [collector, prometheus] = await Promise.all([
      startOtlpReceiver(),
      startPrometheus(target),
    ])
    const flags = ['--duration', '5s', '--otlp', collector.url, '--prometheus', target, '--traces']
    const env = { BENCH_BACKEND: 'programs', BENCH_RESULTS: folder() }
    end = await ended(startCommand(['bench', 'told', ...flags], env))
    exports = [...collector.exports]
    resourceSpans = [...collector.resourceSpans]
    scraped = await prometheus.samples('{__name__=~"loadtest_.+"}')
    await Promise.all([collector.close(), prometheus.stop()])
  }, 240_000)

  test('Prometheus’s last answers for a run are the figures of its run file', async () => {
    expect(end.exitCode, end.stderr).toBe(1)
    const [path = ''] = runFilesIn(folder())
    const run = await readRunFile(path)
    const series = new Map(scraped.map(({ labels, values }) => [seriesName(labels), values]))
    const expected = expectedSeries(run)
    expect([...series.keys()].toSorted()).toEqual(expected.map(({ name }) => name).toSorted())
    for (const { name, value } of expected) {
      expect(series.get(name)?.at(-1), name).toBeCloseTo(value, 9)
    }
    for (const { labels } of scraped) expect(labels['loadtest_run_id']).toBe(run.runId)
  })

  test('counts never fall, from one scrape or export to the next', () => {
    const histories = [
      ...scraped
        .filter(({ labels: { __name__ = '' } }) => /_(?:total|count|sum|bucket)$/.test(__name__))
        .map(({ labels, values }) => [seriesName(labels), values] as const),
      ...countsOf(exports),
    ]
    const falling = histories.filter(([, values]) =>
      values.some((value, i) => value < (values[i - 1] ?? 0)),
    )
    expect(falling).toEqual([])
    expect(histories.some(([, values]) => new Set(values).size > 1)).toBe(true)
  })

  test('a run tells the metrics of the page, with their types, units and attributes, and no others', () => {
    const page = readFileSync(new URL('docs/telemetry.md', ROOT), 'utf8')
    const documented = cataloguedMetrics(page).filter(({ name }) => name.startsWith('loadtest.'))
    const told = (exports.at(-1) ?? []).map(({ name, unit, type, points }) => {
      const keys = new Set(points.flatMap(({ attributes }) => Object.keys(attributes)))
      for (const common of ['loadtest.run.id', 'loadtest.scenario']) {
        expect(keys.delete(common), `${common} of ${name}`).toBe(true)
      }
      return { name, unit, type, attributes: [...keys].toSorted() }
    })
    const byName = (a: { readonly name: string }, b: { readonly name: string }) =>
      a.name < b.name ? -1 : 1
    expect(told.toSorted(byName)).toEqual(
      documented
        .map((metric) => ({ ...metric, attributes: [...metric.attributes].toSorted() }))
        .toSorted(byName),
    )
  })

  test('a traced run makes the spans of the page and no others, and the collector has those of the file', () => {
    const page = readFileSync(new URL('docs/telemetry.md', ROOT), 'utf8')
    const documented = cataloguedSpans(page)
    const [path = ''] = runFilesIn(folder())
    const traces = readTracesData(tracesPathOf(path))
    if (traces.kind === 'unreadable') throw new Error(traces.problem)
    expect(resourceSpans).toEqual(traces.resourceSpans)
    const seen = [...readSpans(traces.resourceSpans, () => true, String).values()].flatMap(
      ({ spans }) => spans.map(({ name, kind }) => `${name} ${kind}`),
    )
    const isOfRegistry = (span: string): boolean =>
      documented.some(({ isOfLoad, pattern }) => !isOfLoad && pattern.test(span))
    expectSpans(
      seen.filter((span) => !isOfRegistry(span)),
      documented.filter(({ isOfLoad }) => isOfLoad),
    )
    expect(seen.some(isOfRegistry)).toBe(true)
  })
}

/** The values of each series of counts, over the exports. */
function countsOf(exports: readonly (readonly ReceivedMetric[])[]): Map<string, readonly number[]> {
  const found = new Map<string, number[]>()
  for (const { name, type, points } of exports.flat()) {
    if (type === 'gauge') continue
    for (const { attributes, value } of points) {
      const series = `${name} ${JSON.stringify(attributes)}`
      found.set(series, [...(found.get(series) ?? []), value])
    }
  }
  return found
}
