import * as fc from 'fast-check'
import type { TagSplit } from '../../load/notes/tag-splits.ts'
import type { ErrorCount } from '../../load/recording/error-tally.ts'
import type { IntervalFigures, OperationCounts, OperationResult } from '../../load/result.ts'
import { arbitraryLosses, arbitraryUnavailability } from './arbitrary-faults.ts'
import { arbitrarySlowest } from './arbitrary-traces.ts'
import { intervalsOfOperation } from './arbitrary-intervals.ts'
import {
  arbitraryHistogram,
  arbitraryText,
  count,
  delay,
  histogramOfCount,
  partOf,
  pauses,
  time,
} from './arbitrary-values.ts'

/** Random operations and their seconds, for property tests. They contradict themselves nowhere. */

type EndedCounts = Pick<OperationCounts, 'ok' | 'failed' | 'timedOut' | 'unfinished'>

const counts: fc.Arbitrary<OperationCounts> = fc
  .record({
    ok: count,
    failed: count,
    timedOut: count,
    unfinished: count,
    dropped: count,
    notStarted: count,
  })
  .map((parts) => {
    const started = parts.ok + parts.failed + parts.timedOut + parts.unfinished
    return { planned: started + parts.dropped + parts.notStarted, started, ...parts }
  })

/** Successful requests, and those that timed out or are unfinished. */
function endedTimes({ ok, timedOut, unfinished }: EndedCounts) {
  const histogram = histogramOfCount(ok + timedOut + unfinished)
  return { response: histogram, service: histogram, undisturbed: histogram }
}

/** Errors by code, with the given total. */
function errorsOf(failed: number): fc.Arbitrary<readonly ErrorCount[]> {
  return fc
    .array(fc.record({ code: arbitraryText, sample: arbitraryText }), {
      minLength: failed > 0 ? 1 : 0,
      maxLength: 3,
    })
    .map((errors) =>
      errors.map((error, i) => ({ ...error, count: partOf(failed, i, errors.length) })),
    )
}

/** Requests split by two values of a tag, and by none. */
function tagsOf(whole: EndedCounts): fc.Arbitrary<readonly TagSplit[]> {
  return fc
    .record({ tag: arbitraryText, values: fc.uniqueArray(arbitraryText, { maxLength: 2 }) })
    .chain(({ tag, values }) =>
      fc.tuple(
        ...[...values, null].map((value, i) => {
          const part = (of: number): number => partOf(of, i, values.length + 1)
          const ended = {
            ok: part(whole.ok),
            failed: part(whole.failed),
            timedOut: part(whole.timedOut),
            unfinished: part(whole.unfinished),
          }
          return fc.record({
            tag: fc.constant(tag),
            value: fc.constant(value),
            counts: fc.constant(ended),
            lostByPause: count,
            ...endedTimes(ended),
          })
        }),
      ),
    )
}

const deliveries = fc.oneof(
  fc
    .record({
      kind: fc.constant('counted'),
      received: count,
      duplicates: count,
      missing: count,
      incomplete: count,
      missingByPause: count,
      receipt: arbitraryHistogram,
      completion: arbitraryHistogram,
      undisturbedCompletion: arbitraryHistogram,
      receivers: fc.option(fc.record({ eventLoopDelay: delay, pauses })),
    })
    .map((of) => ({ ...of, expected: of.received + of.missing }))
    .chain((of) => {
      // Older files don't say it.
      const missingByFailure = fc.option(fc.nat(of.missing), { nil: undefined })
      return fc
        .record({ missingByFailure })
        .map((more) => (more.missingByFailure === undefined ? of : { ...of, ...more }))
    }),
  fc.record({ kind: fc.constant('unknown'), reason: arbitraryText }),
)

const operationOf = (all: OperationCounts): fc.Arbitrary<OperationResult> =>
  fc.record(
    {
      counts: fc.constant(all),
      lostByPause: count,
      errors: errorsOf(all.failed),
      ...endedTimes(all),
      failure: histogramOfCount(all.failed),
      lateness: histogramOfCount(all.started),
      deliveries: fc.option(deliveries),
      losses: fc.option(arbitraryLosses),
      ...arbitraryUnavailability,
      checks: fc.array(fc.record({ name: arbitraryText, passed: count, failed: count }), {
        maxLength: 2,
      }),
      tags: fc.option(tagsOf(all), { nil: [] }),
      slowest: arbitrarySlowest,
    },
    {
      requiredKeys: [
        'counts',
        'lostByPause',
        'errors',
        'response',
        'service',
        'undisturbed',
        'failure',
        'lateness',
        'deliveries',
        'losses',
        'unavailableMs',
        'unavailableAtLeastMs',
        'checks',
        'tags',
      ],
    },
  )

const NOTHING: OperationCounts = {
  planned: 0,
  started: 0,
  dropped: 0,
  notStarted: 0,
  ok: 0,
  failed: 0,
  timedOut: 0,
  unfinished: 0,
}

/** The measured time: 0 if the load ended at once. */
export const measurement = fc
  .tuple(fc.uniqueArray(arbitraryText, { minLength: 1, maxLength: 3 }), fc.boolean())
  .chain(([names, isEmpty]) =>
    fc.tuple(
      ...names.map((name) =>
        fc.tuple(
          fc.constant(name),
          isEmpty ? operationOf(NOTHING) : counts.chain((all) => operationOf(all)),
        ),
      ),
    ),
  )
  .chain((entries) => {
    const operations = new Map(entries)
    const isEmpty = [...operations.values()].every(({ counts: { planned } }) => planned === 0)
    return fc.record({
      operations: fc.constant(operations),
      intervals: intervalsOf(operations),
      // A load that began was measured for longer than a clock of µs can tell from nothing.
      measuredMs: isEmpty ? fc.constant(0) : fc.double({ min: 0.001, max: 1e7, noNaN: true }),
      leftMs: time,
    })
  })

/** The seconds of operations, in which all of their requests were. */
function intervalsOf(
  operations: ReadonlyMap<string, OperationResult>,
): fc.Arbitrary<readonly IntervalFigures[]> {
  return fc
    .integer({ min: 1, max: 3 })
    .chain((seconds) =>
      fc
        .tuple(
          ...[...operations].map(([name, { counts: all }]) =>
            intervalsOfOperation(name, all, seconds),
          ),
        )
        .map((all) => all.flat().toSorted((a, b) => a.second - b.second)),
    )
}
