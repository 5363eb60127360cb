import { EXIT, type ExitCode } from '../../exit-code.ts'
import type { OperationComparison } from './compare-operation.ts'
import type { RunComparison, ScenarioComparison } from './compare-runs.ts'
import type { MetricComparison } from './metric.ts'

/** How `npm run compare` ends: never as if something had been proved, and never well if nothing was judged. */
export function comparisonExitCode(comparison: RunComparison): ExitCode {
  const { scenarios, unlike, isUnlikeAllowed } = comparison
  if (scenarios.length === 0 || (unlike.length > 0 && !isUnlikeAllowed)) return EXIT.notComparable
  const standings = new Set(scenarios.map(({ standing }) => standing.kind))
  if (standings.has('invalid') || standings.has('unmeasured')) return EXIT.inconclusive
  const compared = scenarios.filter(({ standing }) => standing.kind === 'compared')
  if (compared.length === 0) return EXIT.notComparable
  return compared.every(isTimeJudged) ? EXIT.good : EXIT.inconclusive
}

/** How many figures were judged, and how many couldn't be. Those that are only shown count as neither. */
export interface JudgedCounts {
  readonly judged: number
  readonly notJudged: number
}

/** Over all scenarios that both runs have. */
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

/** Whether a service time of a scenario was judged. If none was, nothing is known of how fast it is. */
export function isTimeJudged({ operations }: ScenarioComparison): boolean {
  return operations.some(({ metrics }) =>
    metrics.some(
      ({ unit, mark: { kind } }) => unit === 'ms' && kind !== 'not judged' && kind !== 'shown',
    ),
  )
}

/** The figures of a scenario that couldn't be judged: a line for each reason. */
export function notJudgedLines({ standing, operations }: ScenarioComparison): readonly string[] {
  // Why nothing of it was is the scenario's own line.
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
