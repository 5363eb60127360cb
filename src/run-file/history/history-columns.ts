import * as z from 'zod'
import type { Column } from '../csv/csv.ts'
import type { HistoryRow } from './history.ts'

/** All columns of history.csv, in their order, which never changes: see `COLUMN_COUNTS`. */
export const HISTORY_COLUMNS: readonly Column<HistoryRow>[] = [
  column('runId', "the run's name"),
  column('startedAt', 'when the run began, ISO 8601 UTC'),
  column('commit', 'short commit'),
  column('isDirty', 'whether the work tree differed from it'),
  column('environmentKey', 'the same for environments that are alike'),
  column('environment', 'servers, versions and machine, in short'),
  column('workloadHash', 'the same for loads that are the same'),
  column('scenario', "the scenario's name"),
  column('operation', "the operation's name"),
  column('verdict', 'whether the measurement may be trusted: valid, degraded or invalid'),
  column('requests', 'requests that succeeded'),
  column('p50Ms', 'response time, P50'),
  column('p95Ms', 'response time, P95'),
  column('p99Ms', 'response time, P99'),
  column('p999Ms', 'response time, P99.9'),
  column('throughputPerSecond', 'requests that succeeded while requests were being started'),
  column('errorRatio', 'requests due that did not succeed, 0 to 1'),
  column('deliveryRatio', 'messages received / addressed, 0 to 1'),
  column('referenceVersion', 'of the reference workload'),
  column('referenceRedisP50Ms', 'median round trip of the reference workload, Redis'),
  column('referenceNatsP50Ms', 'median round trip of the reference workload, NATS'),
  column('serviceP50Ms', 'service time, P50'),
  column('serviceP95Ms', 'service time, P95'),
  column('serviceP99Ms', 'service time, P99'),
  column('serviceP999Ms', 'service time, P99.9'),
  column('nodeVersion', 'Node'),
  column('kernel', 'platform, architecture and kernel'),
  column('redisVersion', 'Redis'),
  column('natsVersion', 'NATS'),
  column('redisClientVersion', 'ioredis'),
  column('natsClientVersion', '@nats-io/transport-node'),
  column('serverConfiguration', 'the same for servers that are configured alike'),
  column('seriesKey', 'the same for machines and major versions that are the same'),
]

/**
 * How many columns the rows of each version have, oldest first: further ones are added at the
 * end. The last is no free text: what ends a row that was cut off must not pass for its last cell.
 */
export const COLUMN_COUNTS = [21, HISTORY_COLUMNS.length] as const

function column(label: keyof HistoryRow, description: string): Column<HistoryRow> {
  return { label, description, value: (row) => row[label] }
}

const number = z
  .string()
  .regex(/^-?\d+(\.\d+)?(e[+-]?\d+)?$/, 'not a number')
  .transform(Number)
const empty = z.literal('').transform(() => null)
const figure = empty.or(number.pipe(z.number().min(0)))
const hash = z.string().regex(/^[0-9a-f]{16}$/)
const flag = z.enum(['true', 'false']).transform((text) => text === 'true')

/** A row as it is read, cells by column. */
export const historyRowSchema = z.strictObject({
  runId: z.string().min(1),
  startedAt: z.iso.datetime(),
  commit: empty.or(z.string().regex(/^[0-9a-f]{7,40}$/)),
  isDirty: empty.or(flag),
  environmentKey: hash,
  environment: z.string(),
  workloadHash: empty.or(hash),
  scenario: z.string(),
  operation: z.string(),
  verdict: z.enum(['valid', 'degraded', 'invalid']),
  requests: number.pipe(z.int().min(0)),
  p50Ms: figure,
  p95Ms: figure,
  p99Ms: figure,
  p999Ms: figure,
  throughputPerSecond: figure,
  errorRatio: figure,
  deliveryRatio: figure,
  referenceVersion: empty.or(number.pipe(z.int().min(1))),
  referenceRedisP50Ms: empty.or(number.pipe(z.number().positive())),
  referenceNatsP50Ms: empty.or(number.pipe(z.number().positive())),
  serviceP50Ms: figure,
  serviceP95Ms: figure,
  serviceP99Ms: figure,
  serviceP999Ms: figure,
  seriesKey: empty.or(hash),
  nodeVersion: z.string(),
  kernel: z.string(),
  redisVersion: z.string(),
  natsVersion: z.string(),
  redisClientVersion: z.string(),
  natsClientVersion: z.string(),
  serverConfiguration: z.string(),
})
