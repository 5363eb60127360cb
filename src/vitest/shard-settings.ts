import { formatSeconds } from '../format.ts'
import type { Shard } from '../load/arrivals/shard.ts'
import { MAX_DURATION_MS } from '../load/duration.ts'
import { isInstalled } from '../installed.ts'
import { InputError } from '../input-error.ts'
import { RUNNING_SYSTEM } from './running-system.ts'
import type { Generators } from '../run-file/run-file.ts'

/** One shard of a run with several generators. */
export interface ShardSettings {
  readonly shard: Shard
  /** When the first request of all shards is due, in Unix ms. */
  readonly startAtMs: number
  /** Prefix of all namespaces; common, because shards use each other's registrations. */
  readonly namespace: string
}

/**
 * Reads `BENCH_SHARD` (`2/5` is the second of five), `BENCH_START_AT` (ISO 8601 with its time zone)
 * and `BENCH_NAMESPACE` (default: derived from the start, so that all shards agree); empty values
 * count as not set.
 * @returns `null` if this run is not a shard.
 * @throws InputError if one of them is malformed or lacks another that it needs.
 */
export function shardSettings(
  env: Readonly<Record<string, string | undefined>>,
): ShardSettings | null {
  const { BENCH_SHARD, BENCH_START_AT, BENCH_NAMESPACE } = env
  if (!BENCH_SHARD) {
    const alone = BENCH_START_AT ? 'BENCH_START_AT' : BENCH_NAMESPACE ? 'BENCH_NAMESPACE' : null
    if (alone === null) return null
    throw new InputError(`${alone} is for shards of a run: say which by --shard, such as 2/5.`)
  }
  const shard = readShard(BENCH_SHARD)
  if (!BENCH_START_AT) {
    throw new InputError(
      'BENCH_SHARD: all shards have to start together: give them one --start-at, such as 2026-01-02T03:04:05Z.',
    )
  }
  const startAtMs = readTime(BENCH_START_AT)
  const defaultNamespace = `loadtest-${new Date(startAtMs).toISOString().replaceAll(/[^0-9TZ]/g, '')}`
  return { shard, startAtMs, namespace: readNamespace(BENCH_NAMESPACE || defaultNamespace) }
}

/**
 * Checks that there is time to prepare the load.
 * @param leadMs the time needed.
 * @throws InputError if the start is past, sooner than that, or later than the longest duration.
 */
export function checkStartAhead(startAtMs: number, nowMs: number, leadMs: number): void {
  const aheadMs = startAtMs - nowMs
  if (aheadMs > MAX_DURATION_MS) {
    throw new InputError(
      `BENCH_START_AT: ${new Date(startAtMs).toISOString()} is more than ${MAX_DURATION_MS / 3_600_000} h ahead, the longest that a run waits.`,
    )
  }
  if (aheadMs >= leadMs) return
  const seconds = formatSeconds(Math.abs(aheadMs))
  const when = aheadMs < 0 ? `was ${seconds} ago` : `is in ${seconds}`
  throw new InputError(
    `BENCH_START_AT: ${new Date(startAtMs).toISOString()} ${when}; it has to be at least ${leadMs / 1_000} s ahead, and as long as the scenario takes to prepare.`,
  )
}

/** Time before a run's start, for Vitest, connections and preparation. */
const MIN_LEAD_MS = 3_000

/**
 * Checks that a shard's run can join the others: on the same servers, and in time.
 * @param env names the system, see `backendSettings` and `BENCH_SYSTEM`.
 * @param remedy tells the user how to name the servers.
 * @throws InputError
 */
export function checkShard(
  { startAtMs }: ShardSettings,
  env: Readonly<Record<string, string | undefined>>,
  remedy: string,
): void {
  const { REDIS_URL, NATS_URL, BENCH_BACKEND, BENCH_SYSTEM } = env
  const isExternal = (BENCH_BACKEND || 'external') === 'external' && REDIS_URL && NATS_URL
  // Other systems check this themselves.
  const isRegistry = !isInstalled && !BENCH_SYSTEM && !env[RUNNING_SYSTEM]
  if (isRegistry && !isExternal) {
    throw new InputError(`--shard: all shards have to use the same servers: ${remedy}.`)
  }
  checkStartAhead(startAtMs, Date.now(), MIN_LEAD_MS)
}

/** The shard in the form of run files. */
export function generatorsOf(shard: ShardSettings | null): Generators {
  if (shard === null) return { kind: 'one' }
  const { index, of } = shard.shard
  const startAt = new Date(shard.startAtMs).toISOString()
  return { kind: 'shard', shard: index + 1, of, startAt, namespace: shard.namespace }
}

function readShard(text: string): Shard {
  const [, number, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []
  const shard = { index: Number(number) - 1, of: Number(of) }
  if (shard.index >= 0 && shard.index < shard.of) return shard
  throw new InputError(
    `BENCH_SHARD: "${text}" is not a shard; the second of five is 2/5, the last one 5/5.`,
  )
}

/** A time without a zone would be another one on each machine. */
function readTime(text: string): number {
  const isWhole = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(text)
  const timeMs = isWhole ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(timeMs)) return timeMs
  throw new InputError(
    `BENCH_START_AT: "${text}" is not a time with its zone, such as 2026-01-02T03:04:05Z.`,
  )
}

/** It becomes a part of Redis keys and NATS subjects. Braces make a Redis Cluster's hash tag. */
function readNamespace(text: string): string {
  if (/^[\w{}-]{1,100}$/.test(text)) return text
  throw new InputError(
    `BENCH_NAMESPACE: "${text}" must be made of up to 100 letters, digits, -, _, { and }.`,
  )
}
