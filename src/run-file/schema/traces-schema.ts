import * as z from 'zod'
import { MAX_PARTS, MAX_SLOWEST } from '../../load/tracing/traced-request.ts'
import { count, time } from './values-schema.ts'

/** See `src/load/tracing/traced-request.ts`. */
export const slowestSchema = z
  .array(
    z.strictObject({
      traceId: z.string().regex(/^[0-9a-f]{32}$/),
      number: count.describe("The request's number in its load."),
      ending: z.enum(['ok', 'failed', 'timed out', 'unfinished']),
      dueMs: time.describe('Since the start of the measurement.'),
      responseMs: time,
      parts: z
        .array(z.strictObject({ name: z.string().min(1), ms: time }))
        .max(MAX_PARTS)
        .describe(
          'Where its time went: generator, handlers, other, and systems by name. They add up to responseMs.',
        ),
      areHandlersKnown: z
        .boolean()
        .describe("false: the time of handlers counts as the messaging system's."),
    }),
  )
  .max(MAX_SLOWEST)
  .optional()
  .describe('Its slowest requests, slowest first; absent if requests were not traced.')

/** See `src/load/tracing/traced-request.ts`. */
export const traceCountsSchema = z
  .strictObject({
    kept: count,
    errors: count.describe('Failed, timed out or unfinished.'),
    slow: count.describe('Above the bound, or among the slowest ten of their operation.'),
    sampled: count.describe('A ratio of all others.'),
    lost: count.describe('No room was left for these.'),
    lostSpans: count.describe('Missing from traces kept, because a trace had too many.'),
  })
  .optional()
  .describe('Traces of its requests. kept = errors + slow + sampled. Absent if not traced.')
