import type { LoadResult, OperationResult } from '../result.ts'
import { total } from '../totals.ts'
import { slowestOf } from '../tracing/traced-request.ts'

/** The traces of all shards that were traced; nothing if none was. */
export function mergeTraces(
  shards: readonly Pick<LoadResult, 'traces'>[],
): Pick<LoadResult, 'traces'> {
  const all = shards.flatMap(({ traces }) => traces ?? [])
  if (all.length === 0) return {}
  return {
    traces: {
      kept: total(all, ({ kept }) => kept),
      errors: total(all, ({ errors }) => errors),
      slow: total(all, ({ slow }) => slow),
      sampled: total(all, ({ sampled }) => sampled),
      lost: total(all, ({ lost }) => lost),
      lostSpans: total(all, ({ lostSpans }) => lostSpans),
    },
  }
}

/** The slowest requests of an operation in all shards that were traced; nothing if none was. */
export function mergeSlowest(
  parts: readonly Pick<OperationResult, 'slowest'>[],
): Pick<OperationResult, 'slowest'> {
  const traced = parts.flatMap(({ slowest }) => (slowest === undefined ? [] : [slowest]))
  return traced.length === 0 ? {} : { slowest: slowestOf(traced.flat()) }
}
