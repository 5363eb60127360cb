import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryRun } from '../../run-file/testing/arbitrary-run.ts'
import { faultedScenario } from '../../run-file/testing/faulted-scenario.ts'
import { runOf, scenarioOf } from '../../run-file/testing/run-fixture.ts'
import { openMetrics } from './open-metrics.ts'

const LABEL = String.raw`[a-z][a-z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"`
const LABELS = String.raw`\{${LABEL}(?:,${LABEL})*\}`
const SAMPLE = new RegExp(
  String.raw`^(loadtest_[a-z_]+)(${LABELS}) (\d+(?:\.\d+)?(?:e[+-]?\d+)?)$`,
  'u',
)

test('a histogram counts values at or below each bound, in seconds', () => {
  const operation = { responseMs: [0.2, 1, 2, 900], deliveries: { expected: 10, received: 9 } }
  const text = openMetrics(runOf([scenarioOf('mixed', operation)]))
  const of = (name: string) =>
    text.split('\n').filter((line) => line.startsWith(`loadtest_${name}{`))
  const buckets = of('response_time_seconds_bucket').map((line) =>
    line.replace(/.*le="(.*?)"\} (\d+)$/, '$1: $2'),
  )
  expect(buckets.slice(0, 5)).toEqual([
    '0.0001: 0',
    '0.00025: 250',
    '0.0005: 250',
    '0.001: 500',
    '0.0025: 750',
  ])
  expect(buckets.slice(-8)).toEqual([
    '0.5: 750',
    '1.0: 1000',
    '2.5: 1000',
    '5.0: 1000',
    '10.0: 1000',
    '30.0: 1000',
    '60.0: 1000',
    '+Inf: 1000',
  ])
  expect(of('response_time_seconds_count')[0]).toMatch(/ 1000$/)
  expect(Number(of('response_time_seconds_sum')[0]?.split(' ').at(-1))).toBeCloseTo(225.8, 0)
  expect(of('receipts_total')).toEqual([
    'loadtest_receipts_total{scenario="mixed",operation="a",outcome="received"} 9',
    'loadtest_receipts_total{scenario="mixed",operation="a",outcome="missing"} 1',
  ])
})

test('promises, outages and faults have families of their own', () => {
  const lines = openMetrics(runOf([faultedScenario()])).split('\n')
  for (const line of [
    'loadtest_promises_total{scenario="storm",operation="a",of="registrations",outcome="kept"} 2988',
    'loadtest_promises_total{scenario="storm",operation="a",of="registrations",outcome="lost"} 12',
    'loadtest_longest_unavailability_seconds{scenario="storm",operation="a"} 2.345',
    'loadtest_faults{scenario="storm",state="injected"} 2.0',
  ]) {
    expect(lines).toContain(line)
  }
})

test('whatever the names, every line is valid, no series repeats and the end is marked', () => {
  fc.assert(
    fc.property(arbitraryRun, (run) => {
      const lines = openMetrics(run).split('\n')
      expect(lines.slice(-2)).toEqual(['# EOF', ''])
      const series = new Set<string>()
      let family = ''
      for (const line of lines.slice(0, -2)) {
        const [, type] = /^# TYPE (\S+) (?:info|gauge|counter|histogram)$/.exec(line) ?? []
        if (type !== undefined) family = type
        else if (line.startsWith('#')) expect(line).toMatch(/^# (UNIT|HELP) \S+ .+$/)
        else {
          const [, name = '', labels = ''] = SAMPLE.exec(line) ?? [line]
          expect(name.startsWith(family)).toBe(true)
          expect(series).not.toContain(name + labels)
          series.add(name + labels)
        }
      }
    }),
    { numRuns: 30 },
  )
})

test('each server keeps its own label, whatever its name', () => {
  const names = ['node', 'Node', 'a b', 'a_b', '=1+1', '1', '💥']
  const servers = names.map((name, index) => ({ name, version: `v${index}`, addresses: [] }))
  const system = { kind: 'programs', servers, configurationHash: null } as const
  const run = { ...runOf([scenarioOf('a')]), system }
  const [info = ''] = /^loadtest_run_info.*$/m.exec(openMetrics(run)) ?? []
  expect(info).toMatch(SAMPLE)
  expect(info).toContain(`,node_version="${run.environment.nodeVersion}"`)
  for (const { version } of servers) expect(info).toContain(`="${version}"`)
})

test('an untrusted measurement is marked', () => {
  const verdict = { kind: 'invalid', reasons: [] } as const
  const text = openMetrics(runOf([scenarioOf('good'), scenarioOf('bad', {}, { verdict })]))
  expect(text).toContain('loadtest_measurement_valid{scenario="good"} 1.0\n')
  expect(text).toContain('loadtest_measurement_valid{scenario="bad"} 0.0\n')
})
