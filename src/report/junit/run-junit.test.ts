import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SloRow } from '../../load/slo/slo-row.ts'
import { arbitraryRun } from '../../run-file/testing/arbitrary-run.ts'
import { faultedScenario } from '../../run-file/testing/faulted-scenario.ts'
import { registrySystem, runOf, scenarioOf } from '../../run-file/testing/run-fixture.ts'
import { EXIT, type ExitCode } from '../../exit-code.ts'
import { exitCodeOf } from '../../run-file/outcome.ts'
import type { RunFile } from '../../run-file/run-file.ts'
import { runJunit, type OtherTest } from './run-junit.ts'

function xmlOf(run: RunFile, exitCode: ExitCode, others: readonly OtherTest[] = []): string {
  return runJunit({ run, path: 'results/run.json', exitCode, others })
}

function row(outcome: SloRow['outcome']): SloRow {
  return {
    operation: 'a',
    metric: 'response P95',
    unit: 'ms',
    comparison: '<',
    bound: 10,
    measured: 12,
    punctual: 9,
    outcome,
    isDefault: false,
    windows: null,
  }
}

const invalid = {
  kind: 'invalid' as const,
  reasons: [{ figure: 'dropped', measured: 1, threshold: 0, message: 'half was dropped' }],
}

describe('a run as JUnit XML', () => {
  test('has a case for each measurement and each bound, with the id and path of the run', () => {
    const xml = xmlOf(runOf([scenarioOf('mixed', {}, { slo: [row('met')] })]), EXIT.good)
    expect(xml).toContain('<testcase classname="mixed" name="measurement" time="10.000">')
    expect(xml).toContain(
      '<testcase classname="mixed" name="a response P95 &#60; 10 ms" time="0.000">',
    )
    expect(xml).toContain('<property name="run.id" value="20260102T030405Z-0a1b2c3"/>')
    expect(xml).toContain('<property name="run.file" value="results/run.json"/>')
  })

  test('has faults, promises and the topology of servers as properties', () => {
    const { servers, ...system } = registrySystem()
    const topology = 'cluster of 3'
    const clustered = { ...system, servers: servers.map((server) => ({ ...server, topology })) }
    const xml = xmlOf(runOf([faultedScenario()], { system: clustered }), EXIT.good)
    for (const [name, value] of [
      ['fault.1', 'kill Redis primary at 2.0 s: injected (redis-2 at 127.0.0.1:7002)'],
      ['fault.2', 'pause gateway at 6.0 s: injected'],
      ['a.promises', '12 of 3,000 registrations lost'],
      ['a.unavailable', '2.35 s'],
      ['servers', 'Redis 7.0.15 (cluster of 3) and NATS 2.9.10 (cluster of 3)'],
    ]) {
      expect(xml).toContain(`<property name="${name}" value="${value}"/>`)
    }
  })

  test.each([
    ['missed', EXIT.failed, '<failure message="missed: 12.0 ms" type="failure"/>'],
    [
      'inconclusive',
      EXIT.inconclusive,
      '<skipped message="inconclusive: 12.0 ms (9.00 ms without the generator&#39;s delays)"/>',
    ],
  ] as const)('a bound that is %s says so', (outcome, exitCode, element) => {
    const run = runOf([scenarioOf('mixed', {}, { slo: [row(outcome)] })])
    expect(exitCodeOf(run)).toBe(exitCode)
    expect(xmlOf(run, exitCode)).toContain(element)
  })

  test('skips the bounds of an invalid measurement, with the reason', () => {
    const xml = xmlOf(
      runOf([scenarioOf('mixed', {}, { verdict: invalid, slo: [row('missed')] })]),
      EXIT.inconclusive,
    )
    expect(xml).toContain('failures="0" errors="0" skipped="2"')
    expect(xml.match(/the measurement is invalid \(half was dropped\)/g)).toHaveLength(2)
  })

  test('reports a broken scenario as an error', () => {
    const broken = {
      state: 'unmeasured',
      testStatus: 'failed',
      error: 'no connection\nat x',
    } as const
    const xml = xmlOf(
      runOf([{ ...broken, name: 'mixed', file: 'bench/mixed.load.ts' }]),
      EXIT.broken,
    )
    expect(xml).toContain('<error message="no connection" type="error">no connection\nat x</error>')
  })

  test.each([
    ['failed', 'failure'],
    ['broken', 'error'],
    ['inconclusive', 'skipped'],
  ] as const)('another test that is %s is one of %s', (outcome, element) => {
    const other = { file: 'bench/filter.bench.ts', name: 'filters', outcome, reason: 'why' }
    expect(xmlOf(runOf([]), EXIT.broken, [other])).toContain(`<${element} message="why"`)
  })

  test('skips the bounds of a shard, which are judged on all shards together', () => {
    const common = { operation: null, everyMs: null, abortAfterMs: null, isDefault: false }
    const bounds = [{ ...common, kind: 'success rate' as const, above: 0.99 }]
    const xml = xmlOf(runOf([scenarioOf('mixed', {}, { bounds })]), EXIT.good)
    expect(xml).toContain('<skipped message="judged on all shards together"/>')
  })

  test('never looks better than the exit code', () => {
    const of = (xml: string, element: string): boolean => xml.includes(`<${element} `)
    fc.assert(
      fc.property(arbitraryRun, fc.constantFrom(...Object.values(EXIT)), (run, exitCode) => {
        const xml = xmlOf(run, exitCode)
        if (exitCode === EXIT.failed) expect(of(xml, 'failure')).toBe(true)
        if (exitCode === EXIT.broken) expect(of(xml, 'error')).toBe(true)
        if (exitCode === EXIT.inconclusive) expect(of(xml, 'skipped')).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  test('has a failure only where the run itself failed', () => {
    fc.assert(
      fc.property(arbitraryRun, (run) => {
        const exitCode = exitCodeOf(run)
        const hasFailure = xmlOf(run, exitCode).includes('<failure ')
        if (exitCode === EXIT.good || exitCode === EXIT.inconclusive) expect(hasFailure).toBe(false)
      }),
      { numRuns: 30 },
    )
  })
})
