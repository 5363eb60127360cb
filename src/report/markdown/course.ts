import { intervalsOf, withIntervals } from '../../run-file/json/intervals-json.ts'
import { formatMs, formatRateOrDash } from '../../format.ts'
import type { IntervalFigures } from '../../load/result.ts'
import { achievedPerSecond, total } from '../../load/totals.ts'
import type { LoadResultJson } from '../../run-file/schema/load-result-schema.ts'
import { fitted, sparkline } from '../sparkline.ts'

/** In characters. */
const MAX_WIDTH = 30

/** The achieved rate per second and of the whole load: `▇▇█▇ 199.8/s`. Untrusted. */
export function rateCourse(result: LoadResultJson): string {
  const whole = Math.floor(result.measuredMs / 1_000)
  const bySecond = Map.groupBy(intervalsOf(result), ({ second }) => second)
  const rates = Array.from({ length: whole }, (_, second) =>
    total(bySecond.get(second) ?? [], ({ started }) => started),
  )
  const mean = (values: readonly number[]): number =>
    total(values, (value) => value) / values.length
  const achieved = achievedPerSecond(withIntervals(result))
  return course(fitted(rates, MAX_WIDTH, mean), formatRateOrDash(achieved))
}

/** The response P95 per second and of the whole load, of the slowest operation: `▁▁▃█ 41.0 ms multicast`. */
export function p95Course(result: LoadResultJson): string {
  const { operations } = result
  const [slowest] = operations.toSorted((a, b) => p95(b) - p95(a))
  const ms = slowest?.response.figures.p95Ms ?? null
  if (slowest === undefined || ms === null) return '–'
  const seconds = secondsOf(
    intervalsOf(result).filter(({ operation }) => operation === slowest.name),
  )
  const highest = (values: readonly number[]): number => Math.max(...values)
  const name = operations.length === 1 ? '' : ` ${slowest.name}`
  return course(fitted(seconds, MAX_WIDTH, highest), `${formatMs(ms)}${name}`)
}

function p95({ response }: LoadResultJson['operations'][number]): number {
  return response.figures.p95Ms ?? -1
}

/** One figure per second, from the first one on; `null` for a second in which nothing ended. */
function secondsOf(intervals: readonly IntervalFigures[]): readonly (number | null)[] {
  const bySecond = new Map(
    intervals.map(({ second, response }) => [second, response?.p95Ms ?? null]),
  )
  const length = Math.max(0, ...bySecond.keys()) + 1
  return Array.from({ length }, (_, second) => bySecond.get(second) ?? null)
}

/** A single second has no course. */
function course(values: readonly (number | null)[], figure: string): string {
  return values.length < 2 ? figure : `${sparkline(values, 'zero')} ${figure}`
}
