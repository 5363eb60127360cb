import { EXIT, type ExitCode } from '../../exit-code.ts'
import type { OperationComparison } from './compare-operation.ts'
import type { RunComparison, ScenarioComparison } from './compare-runs.ts'
import type { MetricComparison } from './metric.ts'

/** The exit code of `npm run compare`: never 1, because a comparison proves nothing, and never 0 if nothing was judged. */
export function comparisonExitCode(comparison: RunComparison): ExitCode {
  const { scenarios, unlike, isUnlikeAllowed } = comparison
  if (scenarios.length === 0 || (unlike.length > 0 && !isUnlikeAllowed)) return EXIT.notComparable
  const standings = new Set(scenarios.map(({ standing }) => standing.kind))
  if (standings.has('invalid') || standings.has('unmeasured')) return EXIT.inconclusive
  const compared = scenarios.filter(({ standing }) => standing.kind === 'compared')
  if (compared.length === 0) return EXIT.notComparable
  return compared.every(isTimeJudged) ? EXIT.good : EXIT.inconclusive
}

/** Numbers of figures that were judged and that couldn't be. Figures that are only shown count as neither. */
export interface JudgedCounts {
  readonly judged: number
  readonly notJudged: number
}

/** Counts over all scenarios that both runs have. */
export function judgedCounts({ scenarios }: RunComparison): JudgedCounts {
  const marks = scenarios
    .flatMap(({ operations }) => operations)
    .flatMap(({ metrics }) => metrics)
    .map(({ mark }) => mark.kind)
  return {
    judged: marks.filter((kind) => kind === 'within spread' || kind === 'worth a look').length,
    notJudged: marks.filter((kind) => kind === 'not judged').length,
  }
}

/** Whether any service time of a scenario was judged; otherwise its speed is unknown. */
export function isTimeJudged({ operations }: ScenarioComparison): boolean {
  return operations.some(({ metrics }) =>
    metrics.some(
      ({ unit, mark: { kind } }) => unit === 'ms' && kind !== 'not judged' && kind !== 'shown',
    ),
  )
}

/** The figures of a scenario that couldn't be judged: one line per reason. */
export function notJudgedLines({ standing, operations }: ScenarioComparison): readonly string[] {
  // The scenario has its own line for the reason.
  if (standing.kind !== 'compared') return []
  const groups = Map.groupBy(operations.flatMap(notJudged), ({ why, metrics }) =>
    JSON.stringify([why, metrics]),
  )
  return [...groups.values()].map((group) => {
    const names = group.map(({ operation }) => operation).join(', ')
    const [{ why, metrics } = { why: '', metrics: '' }] = group
    return `not judged: ${metrics} of ${names}: ${why}`
  })
}

interface NotJudged {
  readonly operation: string
  readonly metrics: string
  readonly why: string
}

function notJudged({ name: operation, metrics }: OperationComparison): readonly NotJudged[] {
  const judgeable = metrics.filter(({ mark }) => mark.kind !== 'shown')
  const groups = Map.groupBy(judgeable, ({ mark }) =>
    mark.kind === 'not judged' ? mark.why : null,
  )
  return [...groups].flatMap(([why, group]) =>
    why === null ? [] : [{ operation, metrics: namesOf(group, judgeable), why }],
  )
}

function namesOf(group: readonly MetricComparison[], all: readonly MetricComparison[]): string {
  return group.length === all.length ? 'all' : group.map(({ metric }) => metric).join(', ')
}
