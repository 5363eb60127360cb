import type { MetricComparison } from './compare-operation.ts'
import type { RunComparison, RunSummary } from './compare-runs.ts'

/** One difference that is worth a look, and where it is. */
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

/** What has to be said of any comparison, whatever it shows; a sentence or two each. */
export function notesOn(comparison: RunComparison): readonly string[] {
  const { baseline, candidate, scenarios, unlike, isUnlikeAllowed } = comparison
  const notes: string[] = []
  if (scenarios.length === 0) {
    notes.push('Not comparable: the runs have no scenario in common.')
  } else if (unlike.length > 0) {
    const fields = unlike.map(({ field }) => field).join(', ')
    notes.push(
      isUnlikeAllowed
        ? `The environments are unlike in ${fields}, and were compared because --allow-unlike says so: any difference may come from that.`
        : `Not comparable: the environments are unlike in ${fields}. The figures are shown without a verdict; --allow-unlike compares them nevertheless.`,
    )
  }
  for (const [side, run] of [
    ['baseline', baseline],
    ['candidate', candidate],
  ] as const) {
    if (run.status === 'complete') continue
    notes.push(
      `The ${side} ${run.status === 'running' ? 'was killed' : 'was interrupted'}: not all of it is there.`,
    )
  }
  if (scenarios.some(({ standing }) => standing.kind === 'compared')) {
    notes.push(countNote(markedDifferences(comparison).length))
  }
  if (hasThin(comparison)) {
    notes.push(
      '~ marks percentiles with fewer than 100 requests beyond them: mostly chance, not judged.',
    )
  }
  notes.push(
    `One run of each can't prove a regression, nor that there is none: machines differ from one run to the next by more than a run shows of itself. For evidence: ${gateCommand(baseline, candidate)}`,
  )
  return notes
}

function countNote(count: number): string {
  if (count === 0) return "No difference is beyond the runs' own spread from second to second."
  const differences = count === 1 ? '1 difference is' : `${count} differences are`
  return `${differences} beyond the runs' own spread from second to second: worth a look, not a fact.`
}

function hasThin({ scenarios }: RunComparison): boolean {
  return scenarios.some(({ operations }) =>
    operations.some(({ metrics }) =>
      metrics.some(({ baseline, candidate }) => baseline.isThin || candidate.isThin),
    ),
  )
}

/** The command that can answer what a comparison can't. */
function gateCommand(baseline: RunSummary, candidate: RunSummary): string {
  const base = baseline.commit?.short ?? '<commit>'
  const { commit } = candidate
  const head = commit === null || commit.isDirty ? '' : ` --head ${commit.short}`
  return `npm run gate -- --base ${base}${head}`
}
