import * as fc from 'fast-check'
import {
  MAX_PARTS,
  MAX_SLOWEST,
  slowestOf,
  type TraceCounts,
  type TracedRequest,
} from '../../load/tracing/traced-request.ts'
import { arbitraryText, count, time } from './arbitrary-values.ts'

/** Random requests that were traced, for property tests. They contradict themselves nowhere. */

const part = fc.record({
  name: fc.oneof(
    fc.constantFrom('generator', 'redis', 'nats', 'handlers', 'other'),
    arbitraryText.filter((name) => name !== ''),
  ),
  ms: time,
})

const tracedRequest: fc.Arbitrary<TracedRequest> = fc
  .record({
    traceId: fc
      .array(fc.nat(15), { minLength: 32, maxLength: 32 })
      .map((digits) => digits.map((digit) => digit.toString(16)).join('')),
    number: count,
    ending: fc.constantFrom('ok', 'failed', 'timed out', 'unfinished'),
    dueMs: time,
    parts: fc.uniqueArray(part, {
      selector: ({ name }) => name,
      minLength: 1,
      maxLength: MAX_PARTS,
    }),
    areHandlersKnown: fc.boolean(),
  })
  .map((request) => {
    const parts = request.parts.toSorted((a, b) => b.ms - a.ms)
    return { ...request, parts, responseMs: parts.reduce((sum, { ms }) => sum + ms, 0) }
  })

/** The slowest requests of an operation. */
export const arbitrarySlowest: fc.Arbitrary<readonly TracedRequest[]> = fc
  .array(tracedRequest, { maxLength: MAX_SLOWEST })
  .map(slowestOf)

/** The traces of a load. */
export const arbitraryTraceCounts: fc.Arbitrary<TraceCounts> = fc
  .record({ errors: count, slow: count, sampled: count, lost: count, lostSpans: count })
  .map((counts) => ({ kept: counts.errors + counts.slow + counts.sampled, ...counts }))
