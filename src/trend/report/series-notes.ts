import { counted, formatFigure, formatPercent } from '../../format.ts'
import { printable } from '../../printable.ts'
import { paint } from '../../report/terminal/text.ts'
import type { Change } from '../decision/changes.ts'
import { DECIDING_RUNS, type Divisor } from '../decision/divisor.ts'
import type { Series } from '../decision/series.ts'

/** Earlier version changes are only counted. */
const MAX_VERSION_CHANGES = 3

/** One change: `P95 worse by 12.3 % since 1a2b3c4 …`. */
export function changeNote(series: Series, change: Change): string {
  const { first, levelBefore, levelAfter, relative, isWorse, isWithinCommit, beside } = change
  const size = relative === null ? '' : ` by ${formatPercent(Math.abs(relative), 1)}`
  const word = paint(isWorse ? 'red' : 'green', `${isWorse ? 'worse' : 'better'}${size}`)
  const commit = `${first.commit ?? 'no commit'}${first.isDirty ? '*' : ''}`
  const level = series.metric.unit === 'ratio' ? 'mean' : 'median'
  const levels = `${level} ${formatFigure(levelBefore, series.unit)} before, ${formatFigure(levelAfter, series.unit)} after`
  const confirmed = `confirmed by ${counted(change.confirmedBy - change.index + 1, 'run')}`
  const notes = [
    isWithinCommit ? 'between two runs of this commit, so the code is not the cause' : null,
    beside.length === 0 ? null : `at the same time: ${beside.map(printable).join('; ')}`,
  ].filter((note) => note !== null)
  const since = `since ${paint('bold', commit)} (${first.startedAt.slice(0, 16)}Z)`
  return `  ${series.metric.label} ${word} ${since}: ${[levels, confirmed, ...notes].join('; ')}`
}

/** Whether the group's times are divided, and why; metrics with the same answer share a line. */
export function divisorNotes(group: readonly Series[]): readonly string[] {
  const texts = group.flatMap(({ metric, divisor }) =>
    divisor === null ? [] : [{ label: metric.label, text: divisorText(divisor) }],
  )
  return [...Map.groupBy(texts, ({ text }) => text)].map(
    ([text, alike]) => `  ${alike.map(({ label }) => label).join(', ')}: ${text}`,
  )
}

function divisorText(divisor: Divisor): string {
  switch (divisor.because) {
    case 'variance': {
      const ratio = `variance × ${Number(divisor.varianceRatio.toPrecision(2))} in the first ${DECIDING_RUNS} runs`
      return divisor.kind === 'reference'
        ? `÷ reference workload (${ratio}); × = its round trips`
        : `as measured (÷ reference: ${ratio})`
    }
    case 'asked':
      return 'as measured (--no-reference)'
    case 'too few runs':
      return `as measured until ${DECIDING_RUNS} runs decide whether to divide by the reference`
    case 'no reference':
      return `as measured (the first ${DECIDING_RUNS} runs don't all have a reference of one version)`
    case 'constant':
      return 'as measured (no variance to reduce)'
  }
}

/** Version changes within the series. */
export function versionNotes(series: Series): readonly string[] {
  const all = series.versionChanges
  const latest = all.slice(-MAX_VERSION_CHANGES)
  const earlier = all.length - latest.length
  return [
    ...(earlier === 0 ? [] : [`  ${counted(earlier, 'earlier change')} of versions`]),
    ...latest.map(({ index, text }) => {
      const at = series.points[index]
      return `  ${at?.startedAt.slice(0, 10) ?? ''} ${at?.commit ?? 'no commit'}: ${printable(text)}`
    }),
  ]
}
