import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { readPage, ROOT } from '../docs/page.ts'
import { cataloguedMetrics, seriesOf } from '../docs/telemetry-catalogue.ts'
import { dashboardFiles } from './write-dashboard.ts'

const files = dashboardFiles()
const rules = readFileSync(new URL('deploy/prometheus/rules.yml', ROOT), 'utf8')
const catalogue = cataloguedMetrics(
  readFileSync(new URL(readPage('docs/telemetry.md').path, ROOT), 'utf8'),
)

/** The queries in a dashboard or rules, wherever they are. */
function queriesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, entry]) =>
    key === 'expr' && typeof entry === 'string' ? [entry] : queriesIn(entry),
  )
}

const ofDashboards = files.flatMap(({ text }) => queriesIn(JSON.parse(text)))
const ofRules = queriesIn(parse(rules))

test.for(files)('$path is up to date', ({ path, text }) => {
  expect(readFileSync(path, 'utf8') === text, 'run npm run dashboard').toBe(true)
})

test('dashboards and rules ask only for metrics and attributes that docs/telemetry.md names', () => {
  const recorded = [...rules.matchAll(/^ *- record: (\S+)$/gm)].map(([, name = '']) => name)
  const labels = catalogue.flatMap(({ attributes }) =>
    attributes.map((key) => key.replaceAll('.', '_')),
  )
  const known = new Set([
    ...recorded,
    ...catalogue.flatMap(seriesOf),
    ...labels,
    'multicast_registry_namespace',
    'loadtest_run_id',
    'loadtest_scenario',
  ])
  const asked = [...ofDashboards, ...ofRules].flatMap(
    (query) => query.match(/\b[\w:]*(?:multicast_registry|loadtest)_[\w:]+/g) ?? [],
  )
  expect(asked.length).toBeGreaterThan(50)
  const isNamed = catalogue.some(({ name }) => name.startsWith('loadtest.'))
  const checked = asked.filter((name) => isNamed || !name.startsWith('loadtest_'))
  expect([...new Set(checked)].filter((name) => !known.has(name))).toEqual([])
})

// CI has promtool; elsewhere, it comes with Prometheus.
if (spawnSync('promtool', ['--version']).status === 0 || process.env['CI'] !== undefined) {
  test('Prometheus can parse every query of the dashboards', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dashboards-'))
    try {
      const path = join(folder, 'rules.yml')
      const asRules = ofDashboards.map((query, i) => ({
        record: `query_${i}`,
        expr: query.replaceAll('$__rate_interval', '1m'),
      }))
      writeFileSync(path, stringify({ groups: [{ name: 'queries', rules: asRules }] }))
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', path], {
        encoding: 'utf8',
      })
      expect(status, `${stdout}${stderr}`).toBe(0)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
}
