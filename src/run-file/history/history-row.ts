import * as z from 'zod'
import type { Column } from '../csv/csv.ts'

const number = z
  .string()
  .regex(/^-?\d+(\.\d+)?(e[+-]?\d+)?$/, 'not a number')
  .transform(Number)
const empty = z.literal('').transform(() => null)
const figure = empty.or(number.pipe(z.number().min(0)))
const hash = z.string().regex(/^[0-9a-f]{16}$/)
const flag = z.enum(['true', 'false']).transform((text) => text === 'true')

/**
 * A row of history.csv, which keeps one operation of one scenario of one run: its columns in their order, which
 * never changes (see `COLUMN_COUNTS`), and what each cell may be when it is read. Rows of older versions have
 * no service times, no `seriesKey`, and empty texts from `nodeVersion` on.
 */
export const historyRowSchema = z.strictObject({
  runId: z.string().min(1).describe("the run's name"),
  startedAt: z.iso.datetime().describe('when the run began, ISO 8601 UTC'),
  commit: empty.or(z.string().regex(/^[0-9a-f]{7,40}$/)).describe('short commit'),
  isDirty: empty.or(flag).describe('whether the work tree differed from it'),
  environmentKey: hash.describe('the same for environments that are alike'),
  environment: z.string().describe('servers, versions and machine, in short'),
  workloadHash: empty.or(hash).describe('the same for loads that are the same'),
  scenario: z.string().describe("the scenario's name"),
  operation: z.string().describe("the operation's name"),
  verdict: z
    .enum(['valid', 'degraded', 'invalid'])
    .describe('whether the measurement may be trusted: valid, degraded or invalid'),
  requests: number.pipe(z.int().min(0)).describe('requests that succeeded'),
  p50Ms: figure.describe('response time, P50'),
  p95Ms: figure.describe('response time, P95'),
  p99Ms: figure.describe('response time, P99'),
  p999Ms: figure.describe('response time, P99.9'),
  throughputPerSecond: figure.describe('requests that succeeded while requests were being started'),
  errorRatio: figure.describe('requests due that did not succeed, 0 to 1'),
  deliveryRatio: figure.describe('messages received / addressed, 0 to 1'),
  referenceVersion: empty.or(number.pipe(z.int().min(1))).describe('of the reference workload'),
  referenceRedisP50Ms: empty
    .or(number.pipe(z.number().positive()))
    .describe('median round trip of the reference workload, Redis'),
  referenceNatsP50Ms: empty
    .or(number.pipe(z.number().positive()))
    .describe('median round trip of the reference workload, NATS'),
  serviceP50Ms: figure.describe('service time, P50'),
  serviceP95Ms: figure.describe('service time, P95'),
  serviceP99Ms: figure.describe('service time, P99'),
  serviceP999Ms: figure.describe('service time, P99.9'),
  nodeVersion: z.string().describe('Node'),
  kernel: z.string().describe('platform, architecture and kernel'),
  redisVersion: z.string().describe('Redis'),
  natsVersion: z.string().describe('NATS'),
  redisClientVersion: z.string().describe('ioredis'),
  natsClientVersion: z.string().describe('@nats-io/transport-node'),
  serverConfiguration: z.string().describe('the same for servers that are configured alike'),
  seriesKey: empty.or(hash).describe('the same for machines and major versions that are the same'),
})

export type HistoryRow = Readonly<z.infer<typeof historyRowSchema>>

/** All columns of history.csv. */
export const HISTORY_COLUMNS: readonly Column<HistoryRow>[] = historyRowSchema
  .keyof()
  .options.map((label) => ({
    label,
    description: historyRowSchema.shape[label].description ?? '',
    value: (row) => row[label],
  }))

/**
 * How many columns the rows of each version have, oldest first: further ones are added at the
 * end. The last is no free text: what ends a row that was cut off must not pass for its last cell.
 */
export const COLUMN_COUNTS = [21, HISTORY_COLUMNS.length] as const
