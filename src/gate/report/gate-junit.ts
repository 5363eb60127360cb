import { typedCommand } from '../../typed-command.ts'
import type { ExitCode } from '../../exit-code.ts'
import {
  type JUnitCase,
  type JUnitResult,
  type JUnitSuite,
  junitXml,
  withEnd,
} from '../../report/junit/junit-xml.ts'

/** One judged comparison of a gate. */
export interface GateRow {
  /** The compared scenario, or the kind of evidence, such as counts. */
  readonly group: string
  /** Which metric of it, such as `register service P50`. */
  readonly name: string
  readonly verdict:
    | 'pass'
    | 'regression'
    | 'improvement'
    | 'inconclusive'
    | 'refused'
    | 'not comparable'
  /** The measurement, and the reason for the verdict. */
  readonly detail: string
  /** Duration in ms; default 0. */
  readonly ms?: number
}

/** An ended gate, without its rows. */
export interface EndedGate {
  /** ISO 8601. */
  readonly startedAt: string
  readonly exitCode: ExitCode
  /** Such as its baseline and candidate, and where its report and run files are. */
  readonly properties: JUnitSuite['properties']
}

/**
 * A gate's rows as JUnit XML, one suite per group. A regression is a failure; rows that could not be judged are
 * skipped, with the reason; an improvement passes. At least one case explains the exit code.
 */
export function gateJunit(
  rows: readonly GateRow[],
  { startedAt, exitCode, properties }: EndedGate,
): string {
  const groups = Map.groupBy(rows, ({ group }) => group)
  const suites = [...groups].map(([name, group]) => ({
    name,
    startedAt,
    properties,
    cases: group.map(caseOf),
  }))
  return junitXml(typedCommand('gate'), withEnd(exitCode, suites, properties))
}

function caseOf({ group, name, verdict, detail, ms = 0 }: GateRow): JUnitCase {
  return { classname: group, name, durationMs: ms, result: resultOf(verdict, detail) }
}

function resultOf(verdict: GateRow['verdict'], detail: string): JUnitResult {
  switch (verdict) {
    case 'pass':
    case 'improvement':
      return { kind: 'passed', output: `${verdict}: ${detail}` }
    case 'regression':
      return { kind: 'failure', message: `regression: ${detail}` }
    case 'inconclusive':
    case 'refused':
    case 'not comparable':
      return { kind: 'skipped', message: `${verdict}: ${detail}` }
  }
}
