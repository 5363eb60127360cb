import { total } from '../../load/totals.ts'
import type { LoadResultJson } from '../schema/load-result-schema.ts'
import { flawOfCounts } from './count-flaws.ts'

type OperationJson = LoadResultJson['operations'][number]

/** The parts of a request are differences of a clock's times, added up. */
const TOLERANCE = 1e-6

/** Finds slowest requests out of order, and requests that are not the sum of their parts. */
export function* flawsOfSlowest({ slowest = [] }: OperationJson): Generator<string> {
  let previousMs = Infinity
  for (const { responseMs, parts, traceId } of slowest) {
    if (responseMs > previousMs) yield `its slowest requests are not in order: ${traceId}.`
    previousMs = responseMs
    const sum = total(parts, ({ ms }) => ms)
    if (Math.abs(sum - responseMs) > TOLERANCE * Math.max(responseMs, 1)) {
      yield `its slow request ${traceId} took ${responseMs} ms, but its parts are ${sum} ms.`
    }
  }
}

/** Finds traces that were kept for no reason. */
export function* flawsOfTraces({ traces }: LoadResultJson): Generator<string> {
  if (traces === undefined) return
  const { kept, errors, slow, sampled } = traces
  yield* flawOfCounts('traces kept', kept, { errors, slow, sampled })
}
