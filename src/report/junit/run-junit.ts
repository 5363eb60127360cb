import { serversText } from '../../environment/system.ts'
import { formatMs } from '../../format.ts'
import { typedCommand } from '../../typed-command.ts'
import { isMissedBeyondDoubt, type SloRow } from '../../load/slo/slo-row.ts'
import type { ExitCode } from '../../exit-code.ts'
import { outcomeOf, ownErrors } from '../../run-file/outcome.ts'
import { faultCells, lossesText } from '../fault-cells.ts'
import { sloCells } from '../slo-cells.ts'
import type { RunFile, ScenarioEntry } from '../../run-file/run-file.ts'
import {
  type JUnitCase,
  type JUnitResult,
  type JUnitSuite,
  junitXml,
  withEnd,
} from './junit-xml.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>

/** A test that is not a scenario, such as a micro-benchmark, or a file that failed to load. */
export interface OtherTest {
  readonly file: string
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'inconclusive' | 'broken'
  /** The reason, unless it passed. */
  readonly reason: string
}

/** An ended run, with facts that its file lacks. */
export interface EndedRun {
  readonly run: RunFile
  /** `null` if it couldn't be written. */
  readonly path: string | null
  readonly exitCode: ExitCode
  readonly others: readonly OtherTest[]
}

/**
 * A run as JUnit XML: a suite for each scenario, with one case for the measurement and one for each bound of the
 * SLO. A missed bound is a failure, a broken scenario an error; inconclusive results are skipped, with the reason.
 * At least one case explains the exit code.
 */
export function runJunit(ended: EndedRun): string {
  const suites = [
    ...ended.run.scenarios.map((scenario) => suiteOf(scenario, ended)),
    ...suitesOfOthers(ended),
  ]
  return junitXml(typedCommand('bench'), withEnd(ended.exitCode, suites, propertiesOf(ended)))
}

function suiteOf(scenario: ScenarioEntry, ended: EndedRun): JUnitSuite {
  const isMeasured = scenario.state === 'measured'
  return {
    name: scenario.name,
    startedAt: isMeasured ? scenario.result.startedAt : null,
    properties: [
      ...propertiesOf(ended),
      ['file', scenario.file],
      ...(isMeasured && scenario.workloadHash !== null
        ? ([['workload.hash', scenario.workloadHash]] as const)
        : []),
      ...(isMeasured ? faultProperties(scenario) : []),
    ],
    cases: [
      {
        classname: scenario.name,
        name: 'measurement',
        durationMs: isMeasured ? scenario.result.measuredMs : 0,
        result: measurementResult(scenario),
      },
      ...(isMeasured ? boundCases(scenario) : []),
    ],
  }
}

function propertiesOf({ run, path }: EndedRun): JUnitSuite['properties'] {
  const { runId, commit, profile, system } = run
  return [
    ['run.id', runId],
    ['run.file', path ?? 'not written'],
    ['commit', commit === null ? 'none' : `${commit.sha}${commit.isDirty ? ' and changes' : ''}`],
    ['profile', profile],
    ['backends', system.kind],
    ...('servers' in system ? ([['servers', serversText(system)]] as const) : []),
  ]
}

/** `fault.1`: `kill Redis primary at 20.0 s: injected`; `register.promises`: `0 of 3,000 registrations lost`. */
function faultProperties({ result }: Measured): JUnitSuite['properties'] {
  return [
    ...faultCells(result).map(({ fault, at, state, what }, k) => {
      const detail = what === '' ? '' : ` (${what})`
      return [`fault.${k + 1}`, `${fault} at ${at}: ${state}${detail}`] as const
    }),
    ...result.operations.flatMap(({ name, losses, unavailableMs }) => [
      ...(losses === null ? [] : [[`${name}.promises`, lossesText(losses)] as const]),
      ...(unavailableMs === null
        ? []
        : [[`${name}.unavailable`, formatMs(unavailableMs)] as const]),
    ]),
  ]
}

/** The result of a scenario apart from its bounds. */
function measurementResult(scenario: ScenarioEntry): JUnitResult {
  if (scenario.testStatus === 'skipped') return { kind: 'skipped', ...messageOf(scenario.error) }
  if (scenario.state !== 'measured') {
    const isInterrupted = scenario.state === 'unmeasured' && scenario.testStatus === 'cancelled'
    return isInterrupted
      ? { kind: 'skipped', message: 'interrupted before anything was measured' }
      : { kind: 'error', ...messageOf(scenario.error) }
  }
  const { verdict, testStatus, result, error } = scenario
  if (testStatus === 'cancelled') return { kind: 'skipped', message: 'interrupted' }
  const failed = ownErrors(error)
  if (failed.length > 0 && outcomeOf(scenario) === 'failed') {
    return { kind: 'failure', ...messageOf(failed.join('\n')) }
  }
  if (verdict.kind === 'invalid') return { kind: 'skipped', message: invalid(verdict) }
  const reasons = verdict.kind === 'valid' ? [] : verdict.reasons.map(({ message }) => message)
  const aborted = result.abortReason === null ? [] : [`ended early: ${result.abortReason}`]
  return { kind: 'passed', output: [verdict.kind, ...reasons, ...aborted].join('\n') }
}

function boundCases(scenario: Measured): readonly JUnitCase[] {
  const { name: classname, slo, bounds } = scenario
  const cases = slo.map((row): JUnitCase => {
    const { operation, metric, bound } = sloCells(row)
    return {
      classname,
      name: `${operation} ${metric} ${bound}`,
      durationMs: 0,
      result: boundResult(row, scenario),
    }
  })
  if (slo.length > 0 || bounds.length === 0) return cases
  const message = 'judged on all shards together'
  return [{ classname, name: 'SLO', durationMs: 0, result: { kind: 'skipped', message } }]
}

function boundResult(row: SloRow, { verdict, testStatus, result }: Measured): JUnitResult {
  const { measured } = sloCells(row, result.operations)
  if (testStatus === 'cancelled') return { kind: 'skipped', message: `interrupted: ${measured}` }
  if (isMissedBeyondDoubt(row)) return { kind: 'failure', message: `missed: ${measured}` }
  if (verdict.kind === 'invalid') {
    return { kind: 'skipped', message: `${invalid(verdict)}: ${measured} is not judged` }
  }
  switch (row.outcome) {
    case 'met':
      return { kind: 'passed', output: measured }
    case 'missed':
      return { kind: 'failure', message: `missed: ${measured}` }
    case 'inconclusive':
      return { kind: 'skipped', message: `inconclusive: ${measured}` }
  }
}

function invalid({ reasons }: Extract<Measured['verdict'], { kind: 'invalid' }>): string {
  return `inconclusive because the measurement is invalid (${reasons.map(({ message }) => message).join('; ')})`
}

function suitesOfOthers(ended: EndedRun): readonly JUnitSuite[] {
  const groups = Map.groupBy(ended.others, ({ file }) => file)
  return [...groups].map(([file, tests]) => ({
    name: file,
    startedAt: null,
    properties: propertiesOf(ended),
    cases: tests.map(({ name, outcome, reason }) => ({
      classname: file,
      name,
      durationMs: 0,
      result:
        outcome === 'passed' ? { kind: 'passed' } : { kind: KIND[outcome], ...messageOf(reason) },
    })),
  }))
}

const KIND = { failed: 'failure', broken: 'error', inconclusive: 'skipped' } as const

/** The first line, and the full text if it has more. */
function messageOf(text: string): { readonly message: string; readonly text?: string } {
  const [message = '', ...more] = text.trim().split('\n')
  return more.length === 0 ? { message } : { message, text }
}
