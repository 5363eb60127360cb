import { countedDeliveries, total } from '../../load/totals.ts'
import { totalOfSparse } from '../../load/recording/sparse-counts.ts'
import type { IntervalFigures } from '../../load/result.ts'
import type { LoadResultJson } from '../schema/load-result-schema.ts'

type OperationJson = LoadResultJson['operations'][number]
type Seconds = readonly IntervalFigures[]

/** Since this schema version, seconds add up to the counts, and receipts are conserved. */
const CONSERVED_SINCE = 3

/**
 * Finds requests of one operation that appear or vanish between its counts, seconds, tags and errors; and such
 * receipts.
 * @param seconds those of the operation.
 * @param recordedIn the schema version of the recording.
 */
export function* flawsOfOperation(
  { counts, errors, tags, deliveries }: OperationJson,
  seconds: Seconds,
  recordedIn: number,
): Generator<string> {
  const { planned, started, dropped, notStarted, ok, failed, timedOut, unfinished } = counts
  yield* flawOfCounts('planned', planned, { started, dropped, notStarted })
  yield* flawOfCounts('started', started, { ok, failed, timedOut, unfinished })
  yield* flawOfSum(
    'failed',
    failed,
    'its errors',
    total(errors, ({ count }) => count),
  )
  for (const [tag, values] of Map.groupBy(tags, (split) => split.tag)) {
    for (const name of ['ok', 'failed', 'timedOut', 'unfinished'] as const) {
      const sum = total(values, (split) => split.counts[name])
      yield* flawOfSum(name, counts[name], `all values of its tag "${tag}"`, sum)
    }
  }
  if (recordedIn < CONSERVED_SINCE) return
  for (const name of ['started', 'dropped', 'ok', 'failed', 'timedOut'] as const) {
    const sum = total(seconds, (second) => second[name])
    yield* flawOfSum(name, counts[name], 'its seconds', sum)
  }
  if (seconds.length > 0 && seconds.every((second) => second.planned !== null)) {
    const due = total(seconds, (second) => second.planned ?? 0)
    yield* flawOfSum('planned', planned, 'its seconds', due)
    const times = total(seconds, ({ response }) => totalOfSparse(response?.counts ?? []))
    yield* flawOfSum(
      'ok + timedOut + unfinished',
      ok + timedOut + unfinished,
      'the histograms of its seconds',
      times,
    )
  }
  const counted = countedDeliveries(deliveries)
  if (counted === null) return
  const { expected, received, missing, missingByFailure = 0 } = counted
  yield* flawOfCounts('expected receipts', expected, { received, missing })
  if (missingByFailure > missing) {
    yield `missing receipts is ${missing}, but ${missingByFailure} of them are missingByFailure.`
  }
}

/** Finds a whole that is not the sum of its parts. */
export function* flawOfCounts(
  name: string,
  whole: number,
  parts: Readonly<Record<string, number>>,
): Generator<string> {
  const sum = total(Object.values(parts), (part) => part)
  yield* flawOfSum(name, whole, Object.keys(parts).join(' + '), sum)
}

function* flawOfSum(name: string, whole: number, parts: string, sum: number): Generator<string> {
  if (whole !== sum) yield `${name} is ${whole}, but ${parts} is ${sum}.`
}
