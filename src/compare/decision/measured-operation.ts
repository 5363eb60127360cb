import type { IntervalFigures } from '../../load/result.ts'
import { intervalsOf } from '../../run-file/json/intervals-json.ts'
import type { LoadResultJson } from '../../run-file/schema/load-result-schema.ts'
import { MIN_INTERVALS } from './block-shift.ts'
import type { Mark } from './mark.ts'

/** One run's measurement of an operation. */
export interface MeasuredOperation {
  readonly result: LoadResultJson
  readonly operation: LoadResultJson['operations'][number]
  /** The whole seconds in which requests were being started, in order. */
  readonly intervals: readonly IntervalFigures[]
}

/** One operation in the baseline's run and in the candidate's. */
export type BothOperations = readonly [MeasuredOperation, MeasuredOperation]

/** Selects a run's measurement of an operation. */
export function measuredOperation(
  result: LoadResultJson,
  operation: MeasuredOperation['operation'],
): MeasuredOperation {
  const intervals = intervalsOf(result)
    .filter((interval) => interval.operation === operation.name)
    .filter(({ second }) => (second + 1) * 1_000 <= result.measuredMs + 1)
    .toSorted((a, b) => a.second - b.second)
  return { result, operation, intervals }
}

/** Why an operation's times and rate can't be judged; `null` if they can. */
export function nothingMeasured(both: BothOperations): Mark | null {
  if (both.some(({ operation }) => operation.counts.planned === 0)) {
    return { kind: 'not judged', why: 'no requests' }
  }
  const isShort = both.some(({ result }) => result.measuredMs + 1 < MIN_INTERVALS * 1_000)
  return isShort ? { kind: 'not judged', why: `measured for less than ${MIN_INTERVALS} s` } : null
}
