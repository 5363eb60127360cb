import { EXIT, type ExitCode } from '../../exit-code.ts'
import type { JUnitResult, JUnitSuite } from './junit-xml.ts'

/** How a case ends that is alone to blame for an exit code. */
const KIND = {
  [EXIT.failed]: 'failure',
  [EXIT.broken]: 'error',
  [EXIT.inconclusive]: 'skipped',
  [EXIT.notComparable]: 'skipped',
} as const satisfies Record<Exclude<ExitCode, 0>, JUnitResult['kind']>

/**
 * The suites, and one more for an exit code that none of their cases explains, so that no report looks better than
 * what it is of: one without any case is no pass.
 */
export function withEnd(
  exitCode: ExitCode,
  suites: readonly JUnitSuite[],
  properties: JUnitSuite['properties'],
): readonly JUnitSuite[] {
  if (exitCode === EXIT.good) return suites
  const kind = KIND[exitCode]
  const cases = suites.flatMap((suite) => suite.cases)
  if (cases.some(({ result }) => result.kind === kind)) return suites
  const message = `ended with exit code ${exitCode}, for the reason that its output gives`
  const end = { classname: 'end', name: 'exit code', durationMs: 0, result: { kind, message } }
  return [...suites, { name: 'end', startedAt: null, properties, cases: [end] }]
}
