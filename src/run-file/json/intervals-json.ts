import type {
  IntervalFigures,
  IntervalLateness,
  IntervalResponse,
  LoadResult,
} from '../../load/result.ts'
import { nothingIn } from '../../load/recording/interval.ts'
import type { IntervalColumns, IntervalsJson } from '../schema/intervals-schema.ts'

/**
 * The seconds of a load as columns, per operation: a tenth of the size of rows, and the form that charts need.
 * In a second without figures of an operation, nothing happened to it.
 * @param startedAtMs when the measurement began, in ms since 1970; `null` if unknown.
 */
export function serializeIntervals(
  intervals: readonly IntervalFigures[],
  startedAtMs: number | null,
): IntervalsJson {
  const seconds = [...new Set(intervals.map(({ second }) => second))].toSorted((a, b) => a - b)
  const byOperation = Map.groupBy(intervals, ({ operation }) => operation)
  return {
    seconds,
    timestamps: startedAtMs === null ? null : seconds.map((second) => startedAtMs + second * 1_000),
    operations: [...byOperation].map(([operation, own]) => columnsOf(operation, own, seconds)),
  }
}

function columnsOf(
  operation: string,
  intervals: readonly IntervalFigures[],
  seconds: readonly number[],
): IntervalColumns {
  const bySecond = new Map(intervals.map((interval) => [interval.second, interval]))
  const rows = seconds.map((second) => bySecond.get(second) ?? nothingIn(second, operation))
  const column = <T>(of: (row: IntervalFigures) => T): readonly T[] => rows.map(of)
  const codes = new Set(rows.flatMap(({ errors }) => errors.map(({ code }) => code)))
  return {
    operation,
    planned: knownOf(column(({ planned }) => planned)),
    started: column(({ started }) => started),
    dropped: column(({ dropped }) => dropped),
    ok: column(({ ok }) => ok),
    failed: column(({ failed }) => failed),
    timedOut: column(({ timedOut }) => timedOut),
    inFlight: knownOf(column(({ inFlight }) => inFlight)),
    received: knownOf(column(({ received }) => received)),
    errors: [...codes].map((code) => ({
      code,
      counts: column(({ errors }) => errors.find((error) => error.code === code)?.count ?? 0),
    })),
    lateness: {
      p50Ms: column(({ lateness }) => lateness?.p50Ms ?? null),
      p99Ms: column(({ lateness }) => lateness?.p99Ms ?? null),
      maxMs: column(({ lateness }) => lateness?.maxMs ?? null),
    },
    response: {
      p50Ms: column(({ response }) => response?.p50Ms ?? null),
      p95Ms: column(({ response }) => response?.p95Ms ?? null),
      p99Ms: column(({ response }) => response?.p99Ms ?? null),
      maxMs: column(({ response }) => response?.maxMs ?? null),
      counts: rows.some(({ response }) => response !== null && response.counts.length > 0)
        ? column(({ response }) => response?.counts ?? [])
        : null,
    },
  }
}

/** The seconds of a load, in order of time, and within a second in the order of the operations. */
export function intervalsOf({ intervals }: Stored): readonly IntervalFigures[] {
  const known = rowsOf.get(intervals)
  if (known !== undefined) return known
  const { seconds, operations } = intervals
  const rows = seconds.flatMap((second, i) =>
    operations.map((columns) => rowOf(columns, second, i)),
  )
  rowsOf.set(intervals, rows)
  return rows
}

/** The part of a stored result that rates are computed from. */
export function withIntervals(
  result: Stored & { readonly measuredMs: number },
): Pick<LoadResult, 'intervals' | 'measuredMs'> {
  return { measuredMs: result.measuredMs, intervals: intervalsOf(result) }
}

/** A measured load, or what is left of a lost one. */
interface Stored {
  readonly intervals: IntervalsJson
}

/** Kept, because every figure of a report asks for them. */
const rowsOf = new WeakMap<IntervalsJson, readonly IntervalFigures[]>()

function rowOf(columns: IntervalColumns, second: number, i: number): IntervalFigures {
  const { operation, planned, started, dropped, ok, failed, timedOut, inFlight, received } = columns
  return {
    second,
    operation,
    planned: planned?.[i] ?? null,
    started: started[i] ?? 0,
    dropped: dropped[i] ?? 0,
    ok: ok[i] ?? 0,
    failed: failed[i] ?? 0,
    timedOut: timedOut[i] ?? 0,
    inFlight: inFlight?.[i] ?? null,
    received: received?.[i] ?? null,
    errors: columns.errors.flatMap(({ code, counts }) => {
      const count = counts[i] ?? 0
      return count === 0 ? [] : [{ code, count }]
    }),
    lateness: latenessOf(columns, i),
    response: responseOf(columns, i),
  }
}

function latenessOf({ lateness }: IntervalColumns, i: number): IntervalLateness | null {
  const [p50Ms, p99Ms, maxMs] = [lateness.p50Ms[i], lateness.p99Ms[i], lateness.maxMs[i]]
  if (typeof p50Ms !== 'number' || typeof p99Ms !== 'number' || typeof maxMs !== 'number') {
    return null
  }
  return { p50Ms, p99Ms, maxMs }
}

function responseOf({ response }: IntervalColumns, i: number): IntervalResponse | null {
  const [p50Ms, p95Ms] = [response.p50Ms[i], response.p95Ms[i]]
  const [p99Ms, maxMs] = [response.p99Ms[i], response.maxMs[i]]
  if (typeof p50Ms !== 'number' || typeof p95Ms !== 'number') return null
  if (typeof p99Ms !== 'number' || typeof maxMs !== 'number') return null
  return { p50Ms, p95Ms, p99Ms, maxMs, counts: response.counts?.[i] ?? [] }
}

/** `null` where nothing is known. */
function knownOf(column: readonly (number | null)[]): readonly (number | null)[] | null {
  return column.every((value) => value === null) ? null : column
}
