import { counted, formatCount } from '../../format.ts'
import { MIN_RUNS } from '../decision/alarms.ts'
import type { Series } from '../decision/series.ts'

/** The probability, by Bonferroni, that a flat series ever shows a change: 0.05 per 24 series; see `alarmsIn`. */
const LEVEL_PER_SERIES = 0.05 / 24

/** The metrics of each operation, apart for unlike machines and loads. */
export function groupsOf(all: readonly Series[]): readonly (readonly Series[])[] {
  const groups = Map.groupBy(all, ({ scenario, operation, seriesKey, workloadHash }) =>
    JSON.stringify([scenario, operation, seriesKey, workloadHash]),
  )
  return [...groups.values()]
}

/** The series of a group that has the most runs; metrics may be missing in some. */
export function longestOf(group: readonly Series[]): Series | undefined {
  return group.toSorted((a, b) => b.points.length - a.points.length)[0]
}

/** How many changes were found, and how many to expect without any. */
export function closingText(all: readonly Series[]): string {
  const searched = all.filter(({ changes }) => changes !== null).length
  if (searched === 0) return `No series has the ${MIN_RUNS} runs needed to find a change.`
  const found = all.reduce((sum, { changes }) => sum + (changes?.length ?? 0), 0)
  const level = Number(Math.min(searched * LEVEL_PER_SERIES * 100, 100).toPrecision(2))
  const series = searched === 1 ? 'a flat series' : `${formatCount(searched)} flat series`
  return `${counted(found, 'change')} in ${formatCount(searched)} series with ${MIN_RUNS} runs or more. Of pages with ${series}, at most ${level} % ever show one, up to a lag-1 autocorrelation of 0.6.`
}

/** `mixed: register` */
export function nameOf({ scenario, operation }: Series): string {
  return `${scenario}: ${operation}`
}
