import { counted } from '../../format.ts'
import type { RunComparison, RunSummary } from '../decision/compare-runs.ts'
import { isTimeJudged, judgedCounts } from '../decision/judgement.ts'
import type { MetricComparison } from '../decision/metric.ts'
import { fieldName } from './difference-text.ts'
import { typedCommand } from '../../typed-command.ts'

/** A difference that is worth a look, and its place. */
export interface MarkedDifference {
  readonly scenario: string
  readonly operation: string
  readonly metric: MetricComparison
}

/** All differences that are worth a look, in the order of the files. */
export function markedDifferences(comparison: RunComparison): readonly MarkedDifference[] {
  return comparison.scenarios.flatMap(({ name: scenario, operations }) =>
    operations.flatMap(({ name: operation, metrics }) =>
      metrics
        .filter(({ mark }) => mark.kind === 'worth a look')
        .map((metric) => ({ scenario, operation, metric })),
    ),
  )
}

/** The notes that every comparison ends with, one or two sentences each. */
export function notesOn(comparison: RunComparison): readonly string[] {
  const { baseline, candidate, scenarios, unlike, isUnlikeAllowed } = comparison
  const notes: string[] = []
  if (scenarios.length === 0) {
    notes.push('Not comparable: the runs have no scenario in common.')
  } else if (unlike.length > 0) {
    const fields = unlike.map(({ field }) => fieldName(field)).join(', ')
    notes.push(
      isUnlikeAllowed
        ? `The environments differ in ${fields}, and were compared because of --allow-unlike: any difference may come from that.`
        : `Not comparable: the environments differ in ${fields}. The figures are shown without a verdict; --allow-unlike compares them anyway.`,
    )
  }
  for (const [name, run] of [
    ['baseline', baseline],
    ['candidate', candidate],
  ] as const) {
    if (run.status === 'complete') continue
    notes.push(
      `The ${name} ${run.status === 'running' ? 'was killed' : 'was interrupted'}: it is incomplete.`,
    )
  }
  if (scenarios.length > 0) notes.push(judgementNote(comparison))
  const doubtful = scenarios.filter(
    ({ standing }) => standing.kind === 'compared' && standing.notes.length > 0,
  )
  if (doubtful.length > 0) {
    const names = doubtful.map(({ name }) => name).join(', ')
    notes.push(`Any difference may come from the doubts noted at ${names}.`)
  }
  const lone = loneNote(comparison)
  if (lone !== null) notes.push(lone)
  if (hasThin(comparison)) {
    notes.push(
      '~ marks percentiles with fewer than 100 requests beyond them: mostly chance, not judged.',
    )
  }
  notes.push(
    `One run of each can neither prove nor exclude a regression: machines vary more between runs than within one. For evidence: ${gateCommand(baseline, candidate)}`,
  )
  return notes
}

/** States that nothing differs only if every scenario had a time judged. */
function judgementNote(comparison: RunComparison): string {
  const { judged, notJudged } = judgedCounts(comparison)
  const marked = markedDifferences(comparison).length
  const untimed = comparison.scenarios.filter((scenario) => !isTimeJudged(scenario))
  const counts = `${counted(judged, 'figure')} judged, ${notJudged} not judged.`
  const names = untimed.map(({ name }) => name).join(', ')
  const noTime = untimed.length === 0 ? '' : ` No time was judged in ${names}.`
  if (marked > 0) {
    const differences = marked === 1 ? '1 difference is' : `${marked} differences are`
    return `${differences} beyond the runs' own second-to-second spread: worth a look, not proven. ${counts}${noTime}`
  }
  if (judged === 0) return 'Nothing was judged: each scenario says why.'
  if (untimed.length > 0) return `${counts}${noTime}`
  return `No difference is beyond the runs' own second-to-second spread. ${counts}`
}

/** Scenarios and operations of only one run can't be compared, and aren't in the counts. */
function loneNote({ scenarios, onlyInBaseline, onlyInCandidate }: RunComparison): string | null {
  const lone = [
    ...onlyInBaseline,
    ...onlyInCandidate,
    ...scenarios.flatMap((scenario) =>
      [...scenario.onlyInBaseline, ...scenario.onlyInCandidate].map(
        (operation) => `${scenario.name}/${operation}`,
      ),
    ),
  ]
  return lone.length === 0
    ? null
    : `Not compared, because only one run has them: ${lone.join(', ')}.`
}

function hasThin({ scenarios }: RunComparison): boolean {
  return scenarios.some(({ operations }) =>
    operations.some(({ metrics }) =>
      metrics.some(({ baseline, candidate }) => baseline.isThin || candidate.isThin),
    ),
  )
}

/** The command that can decide what a comparison can't. */
function gateCommand(baseline: RunSummary, candidate: RunSummary): string {
  const base = baseline.commit?.short ?? '<commit>'
  const { commit } = candidate
  const head = commit === null || commit.isDirty ? '' : ` --head ${commit.short}`
  return typedCommand('gate', `--base ${base}${head}`)
}
