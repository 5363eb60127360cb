import { counted, formatFigure, formatPercent, formatUtc } from '../../format.ts'
import { printable } from '../../printable.ts'
import { paint } from '../../report/terminal/paint.ts'
import { MIN_RUNS } from '../decision/alarms.ts'
import type { Change, Point } from '../decision/changes.ts'
import { DECIDING_RUNS, type Divisor } from '../decision/divisor.ts'
import { inMetricUnit, type Series } from '../decision/series.ts'

/** Earlier version changes are only counted. */
const MAX_VERSION_CHANGES = 3

/** How words of a note are emphasised, where colours are shown. */
export interface Emphasis {
  readonly worse: (text: string) => string
  readonly better: (text: string) => string
  readonly commit: (text: string) => string
}

const PAINTED: Emphasis = {
  worse: (text) => paint('red', text),
  better: (text) => paint('green', text),
  commit: (text) => paint('bold', text),
}
const asIs = (text: string): string => text
const PLAIN: Emphasis = { worse: asIs, better: asIs, commit: asIs }

/** One change, for a terminal: `P95 worse by 12.3 % since 1a2b3c4 …`. */
export function changeNote(series: Series, change: Change): string {
  return `  ${changeText(series, change, PAINTED)}`
}

/** One change as a sentence without a full stop: what, since which commit, from and to which level. */
export function changeText(series: Series, change: Change, emphasis = PLAIN): string {
  const { first, isWithinCommit, beside } = change
  const level = series.metric.unit === 'ratio' ? 'mean' : 'median'
  const [before, after] = levelsOf(series, change)
  const levels = `${level} ${before} before, ${after} after`
  const confirmed = `confirmed by ${counted(change.confirmedBy - change.index + 1, 'run')}`
  const notes = [
    isWithinCommit ? 'between two runs of this commit, so the code is not the cause' : null,
    beside.length === 0 ? null : `at the same time: ${beside.map(printable).join('; ')}`,
  ].filter((note) => note !== null)
  const direction = emphasis[change.isWorse ? 'worse' : 'better'](directionOf(change))
  const since = `since ${emphasis.commit(commitText(first))} (${formatUtc(first.startedAt)})`
  return `${series.metric.label} ${direction} ${since}: ${[levels, confirmed, ...notes].join('; ')}`
}

/** What a series lacks to be searched for changes: `needs 2 more runs`. */
export function neededText(points: readonly Point[]): string {
  return `needs ${counted(MIN_RUNS - points.length, 'more run')}`
}

/** `worse by 12.3 %`; without a number if the level before was 0. */
export function directionOf({ relative, isWorse }: Change): string {
  const size = relative === null ? '' : ` by ${formatPercent(Math.abs(relative), 1)}`
  return `${isWorse ? 'worse' : 'better'}${size}`
}

/** The levels before and after a change, in the metric's unit. */
export function levelsOf(
  series: Series,
  { levelBefore, levelAfter }: Change,
): readonly [string, string] {
  const text = (level: number): string =>
    formatFigure(inMetricUnit(series, level), series.metric.unit)
  return [text(levelBefore), text(levelAfter)]
}

/** A run's short commit; `*` marks uncommitted work. */
export function commitText({ commit, isDirty }: Point): string {
  return `${commit ?? 'no commit'}${isDirty ? '*' : ''}`
}

/** `90 runs from 2026-01-01 (abc0000) to 2026-03-31 (abc0059)`. */
export function periodText({ points }: Series): string {
  const [first, last] = [points[0], points.at(-1)]
  const runs = counted(points.length, 'run')
  if (first === undefined || last === undefined) return runs
  const text = (point: Point): string => `${point.startedAt.slice(0, 10)} (${commitText(point)})`
  return first === last ? `${runs}, ${text(first)}` : `${runs} from ${text(first)} to ${text(last)}`
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
      const ratio = `${Number(divisor.varianceRatio.toPrecision(2))} times the variance in the first ${DECIDING_RUNS} runs`
      return divisor.kind === 'reference'
        ? `judged in multiples of the reference workload's round trip (${ratio}); levels are at its median speed`
        : `as measured (dividing by the reference workload: ${ratio})`
    }
    case 'asked':
      return 'as measured (--no-reference)'
    case 'too few runs':
      return `as measured until ${DECIDING_RUNS} runs decide whether to divide by the reference workload`
    case 'no reference':
      return `as measured (not all of the first ${DECIDING_RUNS} runs measured the reference workload, in one version)`
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
