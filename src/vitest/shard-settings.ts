import { formatSeconds } from '../format.ts'
import type { Shard } from '../load/arrivals/shard.ts'
import { MAX_DURATION_MS, parseDurationMs } from '../load/duration.ts'
import { isInstalled } from '../installed.ts'
import { InputError } from '../input-error.ts'
import { RUNNING_SYSTEM } from './running-system.ts'
import type { Generators } from '../run-file/run-file.ts'

/** One shard of a run with several generators. */
export interface ShardSettings {
  readonly shard: Shard
  readonly start: ShardStart
  /** Prefix of all namespaces; common, because shards use each other's registrations. */
  readonly namespace: string
}

/** How the shards of a run start their loads together. */
export type ShardStart =
  | {
      readonly kind: 'at'
      /** When the first request of all shards is due, in Unix ms. */
      readonly startAtMs: number
    }
  | {
      /** They meet over NATS before each load. */
      readonly kind: 'barrier'
      /** Agreed on when the run's shards met. */
      readonly runId: string
      readonly readyWithinMs: number
    }

type Environment = Readonly<Record<string, string | undefined>>

/** The id of a run whose shards have met; passed to the processes that make its loads. */
export const MET_RUN = 'BENCH_MET_RUN'

/** How long a shard waits for the others, unless `--ready-within` says otherwise. */
const READY_WITHIN = '5m'

/**
 * Reads `BENCH_SHARD` (`2/5` is the second of five), `BENCH_START_AT` (ISO 8601 with its time zone; default: the shards
 * meet) and `BENCH_NAMESPACE` (default: derived from the start or the meeting, so that all shards agree); empty values
 * count as not set.
 * @returns `null` if this run is not a shard.
 * @throws InputError if one of them is malformed or lacks another that it needs.
 */
export function shardSettings(env: Environment): ShardSettings | null {
  const { BENCH_SHARD, BENCH_NAMESPACE } = env
  if (!BENCH_SHARD) {
    const alone = (
      ['BENCH_START_AT', 'BENCH_RUN', 'BENCH_READY_WITHIN', 'BENCH_NAMESPACE'] as const
    )
      .filter((name) => env[name])
      .at(0)
    if (alone === undefined) return null
    throw new InputError(`${alone} is for shards of a run: say which by --shard, such as 2/5.`)
  }
  const shard = readShard(BENCH_SHARD)
  const start = readStart(env)
  const ofStart =
    start.kind === 'at'
      ? new Date(start.startAtMs).toISOString().replaceAll(/[^0-9TZ]/g, '')
      : start.runId
  return { shard, start, namespace: readNamespace(BENCH_NAMESPACE || `loadtest-${ofStart}`) }
}

function readStart(env: Environment): ShardStart {
  if (env['BENCH_START_AT']) {
    const alone = (['BENCH_RUN', 'BENCH_READY_WITHIN'] as const).find((name) => env[name])
    if (alone === undefined) return { kind: 'at', startAtMs: readTime(env['BENCH_START_AT']) }
    throw new InputError(
      `${alone} is for shards that wait for each other, and BENCH_START_AT for those that don't: set one of them.`,
    )
  }
  const readyWithinMs = readReadyWithin(env)
  const runId = env[MET_RUN]
  if (runId) return { kind: 'barrier', runId, readyWithinMs }
  throw new InputError(
    'BENCH_SHARD: all shards have to start together: give them one --start-at, such as 2026-01-02T03:04:05Z.',
  )
}

/** What the shards of a run need to find each other. */
export interface MeetingSettings {
  readonly shard: Shard
  /** The name of the run; `null`: named after what it measures. */
  readonly run: string | null
  readonly readyWithinMs: number
}

/**
 * Reads `BENCH_SHARD`, `BENCH_RUN` and `BENCH_READY_WITHIN` (default 5m).
 * @returns `null` for a run that is not a shard, whose shards start by the clock, or have met.
 * @throws InputError if one of them is malformed.
 */
export function meetingSettings(env: Environment): MeetingSettings | null {
  const { BENCH_SHARD, BENCH_START_AT, BENCH_RUN } = env
  if (!BENCH_SHARD || BENCH_START_AT || env[MET_RUN]) return null
  const shard = readShard(BENCH_SHARD)
  if (BENCH_RUN && !/^[\w.-]{1,100}$/.test(BENCH_RUN)) {
    throw new InputError(
      `BENCH_RUN: "${BENCH_RUN}" must be made of up to 100 letters, digits, -, _ and dots.`,
    )
  }
  return { shard, run: BENCH_RUN || null, readyWithinMs: readReadyWithin(env) }
}

function readReadyWithin({ BENCH_READY_WITHIN }: Environment): number {
  const ms = parseDurationMs(BENCH_READY_WITHIN || READY_WITHIN, 'BENCH_READY_WITHIN')
  if (ms >= 1_000) return ms
  throw new InputError('BENCH_READY_WITHIN: must be at least 1s, such as 5m.')
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
 * Checks that a shard's run is in time to start with the others.
 * @throws InputError
 */
export function checkStart({ start }: ShardSettings): void {
  if (start.kind === 'at') checkStartAhead(start.startAtMs, Date.now(), MIN_LEAD_MS)
}

/**
 * Checks that a shard doesn't start servers: they would not be those of the others.
 * @param env names the system, see `backendSettings` and `BENCH_SYSTEM`.
 * @param remedy tells the user how to name the servers.
 * @throws InputError
 */
export function requireSameServers(env: Environment, remedy: string): void {
  const { REDIS_URL, NATS_URL, BENCH_BACKEND, BENCH_SYSTEM } = env
  const isExternal = (BENCH_BACKEND || 'external') === 'external' && REDIS_URL && NATS_URL
  // Other systems check this themselves.
  const isRegistry = !isInstalled && !BENCH_SYSTEM && !env[RUNNING_SYSTEM]
  if (!isRegistry || isExternal) return
  throw new InputError(`--shard: all shards have to use the same servers: ${remedy}.`)
}

/** The shard in the form of run files. */
export function generatorsOf(shard: ShardSettings | null): Generators {
  if (shard === null) return { kind: 'one' }
  const { start, namespace } = shard
  const { index, of } = shard.shard
  const common = { kind: 'shard', shard: index + 1, of, namespace } as const
  return start.kind === 'at'
    ? { ...common, startAt: new Date(start.startAtMs).toISOString() }
    : { ...common, startAt: null, barrier: { run: start.runId, skewMs: null } }
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
