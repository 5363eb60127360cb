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
import { readRunFile } from '../../src/run-file/read/read-run-file.ts'
import { ROOT } from './page.ts'
import { cataloguedMetrics } from './telemetry-catalogue.ts'

// CI has all of them.
if ((hasPrometheus && missingPrograms() === undefined) || process.env['CI'] !== undefined) {
  const folder = useFolderOfAll()
  let end: Ended
  let exports: readonly (readonly ReceivedMetric[])[]
  let scraped: readonly Series[]

  beforeAll(async () => {
    const target = `127.0.0.1:${await freePort()}`
    const [collector, prometheus] = await Promise.all([
      startOtlpReceiver(),
      startPrometheus(target),
    ])
    const flags = ['--otlp', collector.url, '--prometheus', target]
    const env = { BENCH_BACKEND: 'programs', BENCH_RESULTS: folder() }
    end = await ended(startCommand(['bench', 'told', ...flags], env))
    exports = [...collector.exports]
    scraped = await prometheus.samples('{__name__=~"loadtest_.+"}')
    await Promise.all([collector.close(), prometheus.stop()])
  }, 120_000)

  test('Prometheus’s last answers for a run are the figures of its run file', async () => {
    expect(end).toMatchObject({ exitCode: 1, stderr: '' })
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
    expect(histories.some(([, values]) => new Set(values).size > 2)).toBe(true)
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
