import * as z from 'zod'
import { nothingIn } from '../../load/recording/interval.ts'
import { serializeIntervals } from '../json/intervals-json.ts'
import type { IntervalsJson } from '../schema/intervals-schema.ts'
import { count, time } from '../schema/values-schema.ts'

/** One second of one operation, as schema versions up to 6 stored it. */
const rowSchema = z.strictObject({
  second: count,
  operation: z.string(),
  started: count,
  dropped: count,
  ok: count,
  failed: count,
  timedOut: count,
  response: z.strictObject({ p50Ms: time, p95Ms: time, p99Ms: time, maxMs: time }).nullable(),
})

/** Whether data is a second of one operation, as schema versions up to 6 stored it. */
export function isIntervalRow(data: unknown): boolean {
  return rowSchema.safeParse(data).success
}

/**
 * The seconds of an older file as columns. `null` if they are not valid: a row is not one, a second has an operation
 * twice, or so many are missing that the columns would be far larger than the rows.
 */
export function columnsFromRows(data: unknown, startedAtMs: number | null): IntervalsJson | null {
  const rows = z.array(rowSchema).safeParse(data)
  if (!rows.success) return null
  const seconds = new Set(rows.data.map(({ second }) => second)).size
  const operations = new Set(rows.data.map(({ operation }) => operation)).size
  if (seconds * operations > rows.data.length) return null
  const distinct = new Set(rows.data.map(({ second, operation }) => `${second} ${operation}`))
  if (distinct.size < rows.data.length) return null
  return serializeIntervals(
    rows.data.map(({ response, ...row }) => ({
      ...nothingIn(row.second, row.operation),
      ...row,
      response: response && { ...response, counts: [] },
    })),
    startedAtMs,
  )
}
