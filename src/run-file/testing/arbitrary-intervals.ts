import * as fc from 'fast-check'
import { TimeCounts } from '../../load/recording/time-counts.ts'
import { nothingIn, responseOf } from '../../load/recording/interval.ts'
import type { IntervalFigures, IntervalResponse, OperationCounts } from '../../load/result.ts'
import { serializeIntervals } from '../json/intervals-json.ts'
import type { IntervalsJson } from '../schema/intervals-schema.ts'
import { arbitraryText, ascending, count, date, partOf, percentiles } from './arbitrary-values.ts'

/** Random seconds of operations, for property tests. They contradict themselves nowhere. */

type Counts = Omit<OperationCounts, 'notStarted'>

/** The seconds of one operation, which add up to its counts: all of the present form, or all of an older one. */
export function intervalsOfOperation(
  operation: string,
  { planned, started, dropped, ok, failed, timedOut, unfinished }: Counts,
  seconds: number,
): fc.Arbitrary<readonly IntervalFigures[]> {
  return fc
    .record({
      isOlder: fc.boolean(),
      codes: fc.uniqueArray(arbitraryText, { minLength: 1, maxLength: 3 }),
    })
    .chain(({ isOlder, codes }) =>
      fc.tuple(
        ...Array.from({ length: seconds }, (_, second) => {
          const part = (of: number): number => partOf(of, second, seconds)
          const counts = {
            second,
            operation,
            planned: part(planned),
            started: part(started),
            dropped: part(dropped),
            ok: part(ok),
            failed: part(failed),
            timedOut: part(timedOut),
          }
          return isOlder ? olderForm(counts) : presentForm(counts, part(unfinished), codes)
        }),
      ),
    )
}

type Known = Pick<
  IntervalFigures,
  'second' | 'operation' | 'started' | 'dropped' | 'ok' | 'failed' | 'timedOut'
> & { readonly planned: number }

function olderForm(counts: Known): fc.Arbitrary<IntervalFigures> {
  return fc.option(percentiles).map((response) => ({
    ...nothingIn(counts.second, counts.operation),
    ...counts,
    planned: null,
    response: response && { ...response, counts: [] },
  }))
}

function presentForm(
  counts: Known,
  unfinished: number,
  codes: readonly string[],
): fc.Arbitrary<IntervalFigures> {
  return fc.record({
    ...constants(counts),
    inFlight: count,
    received: fc.option(count),
    errors: fc.constant(
      codes.flatMap((code, i) => {
        const part = partOf(counts.failed, i, codes.length)
        return part === 0 ? [] : [{ code, count: part }]
      }),
    ),
    lateness: fc.option(
      ascending(3).map(([p50Ms = 0, p99Ms = 0, maxMs = 0]) => ({ p50Ms, p99Ms, maxMs })),
    ),
    response: arbitraryResponse(counts.ok + counts.timedOut + unfinished),
  })
}

function constants<T extends object>(of: T): { [K in keyof T]: fc.Arbitrary<T[K]> } {
  return Object.fromEntries(
    Object.entries(of).map(([key, value]) => [key, fc.constant(value)]),
  ) as unknown as { [K in keyof T]: fc.Arbitrary<T[K]> }
}

/** The response times of the given number of requests. */
function arbitraryResponse(requests: number): fc.Arbitrary<IntervalResponse | null> {
  return fc
    .array(fc.oneof(fc.nat(5), fc.nat(5_000), fc.nat(10_000_000)), { minLength: 1, maxLength: 10 })
    .map((values) => {
      const times = new TimeCounts()
      for (const [i, us] of values.entries()) {
        const part = partOf(requests, i, values.length)
        if (part > 0) times.record(us / 1_000, part)
      }
      return responseOf(times)
    })
}

/** What is left of a load whose process died. */
export const lostIntervals: fc.Arbitrary<IntervalsJson> = fc
  .tuple(fc.uniqueArray(arbitraryText, { maxLength: 2 }), fc.nat(3), fc.option(date))
  .chain(([names, seconds, startedAt]) =>
    fc
      .tuple(
        ...names.map((name) =>
          fc
            .record({
              ok: fc.nat(1_000),
              failed: count,
              timedOut: count,
              dropped: count,
              unfinished: count,
            })
            .chain((of) =>
              intervalsOfOperation(
                name,
                { ...of, planned: of.ok, started: of.ok + of.failed + of.timedOut },
                seconds,
              ),
            ),
        ),
      )
      .map((all) =>
        serializeIntervals(all.flat(), startedAt === null ? null : Date.parse(startedAt)),
      ),
  )
