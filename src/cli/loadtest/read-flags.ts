import { resolve } from 'node:path'
import { replayedFile } from '../../load/arrivals/parse-arrivals.ts'
import { MAX_TIMEOUT_MS, parseDurationMs } from '../../load/duration.ts'
import { InputError } from '../../input-error.ts'
import { parseSlo } from '../../load/slo/parse-slo.ts'
import { checkParameters } from './check-parameters.ts'
import {
  DEFAULTS,
  type LoadTestParameters,
  type WorkloadKind,
  type WorkloadParameters,
} from './parameters.ts'
import { serverSettings, type ServerFlags, type ServerSettings } from './server-settings.ts'
import {
  checkStart,
  meetingSettings,
  requireSameServers,
  shardSettings,
  type MeetingSettings,
} from '../../vitest/shard-settings.ts'
import {
  atLeastOneSecondMs,
  MAX_SEED,
  plainNumber,
  positiveMs,
  TRACE_VARIABLES,
  wholeNumber,
  type Parse,
  type TraceFlags,
} from '../flags.ts'
import { traceSettings } from '../../traces/trace-settings.ts'
import { withFlagNames } from '../flag-names.ts'
import { runFolder } from '../folders.ts'
import type { ListenerFlags } from '../run-listeners.ts'

/** The flags of a workload as typed; flags of other workloads are absent. */
export interface LoadTestFlags extends ServerFlags, ListenerFlags, TraceFlags {
  readonly rate?: string
  readonly duration?: string
  readonly warmUp?: string
  readonly arrivals?: string
  readonly seed?: string
  readonly timeout?: string
  readonly maxInFlight?: string
  readonly ttl?: string
  readonly filter?: boolean
  readonly status?: string
  readonly payload?: string
  readonly withSubscribers?: boolean
  readonly registerPct?: string
  readonly enumeratePct?: string
  readonly multicastPct?: string
  readonly namespace?: string
  readonly slo?: readonly string[]
  readonly allowFailures?: boolean
  readonly allowUndelivered?: boolean
  readonly reportInterval?: string
  readonly verbose?: boolean
  readonly out?: string
  readonly json?: boolean
  readonly shard?: string
  readonly startAt?: string
  readonly run?: string
  readonly readyWithin?: string
}

/** A load as its command line describes it. */
export interface LoadTestRun {
  readonly parameters: LoadTestParameters
  readonly servers: ServerSettings
  /** Variables that say which shard this is, and when it starts; empty ones for the whole load. */
  readonly shardEnv: Readonly<Record<string, string>>
  /** Variables that say whether requests are traced; empty ones if not. */
  readonly traceEnv: Readonly<Record<keyof typeof TRACE_VARIABLES, string>>
  /** How its shards find each other; `null` if they don't have to. */
  readonly meeting: MeetingSettings | null
  readonly folder: string
  readonly reportIntervalMs: number
  readonly isVerbose: boolean
  readonly isJson: boolean
  readonly followedBy: ListenerFlags
}

type Env = Readonly<Record<string, string | undefined>>

/**
 * Reads and checks the flags of a workload.
 * @throws InputError, EnvironmentError
 */
export function readFlags(kind: WorkloadKind, flags: LoadTestFlags, env: Env): LoadTestRun {
  const parameters = readParameters(kind, flags)
  checkParameters(parameters)
  const servers = serverSettings(flags, env)
  const { live, stream, otlp, prometheus, json } = flags
  if (json === true && stream === '-') {
    throw new InputError('--stream: --json prints to standard output, too. Name a file.')
  }
  const reportIntervalMs = valueOf(
    flags.reportInterval,
    '--report-interval',
    atLeastOneSecondMs,
    DEFAULTS.reportIntervalMs,
  )
  return {
    parameters,
    servers,
    ...readShard(flags, parameters.namespace, servers),
    traceEnv: readTraces(flags),
    folder: runFolder(flags.out, '--out', env),
    reportIntervalMs,
    isVerbose: flags.verbose === true,
    isJson: json === true,
    followedBy: { live, stream, otlp, prometheus },
  }
}

function readParameters(kind: WorkloadKind, flags: LoadTestFlags): LoadTestParameters {
  const { arrivals = 'constant', slo = [], namespace = DEFAULTS.namespace } = flags
  const file = replayedFile(arrivals)
  return {
    workload: readWorkload(kind, flags),
    namespace,
    arrivals: file === null ? arrivals : `replay:${resolve(file)}`,
    ratePerSecond: readRate(flags.rate, arrivals),
    durationMs: valueOf(flags.duration, '--duration', positiveMs(), DEFAULTS.durationMs),
    warmUpMs: valueOf(flags.warmUp, '--warm-up', parseDurationMs, DEFAULTS.warmUpMs),
    timeoutMs: valueOf(flags.timeout, '--timeout', positiveMs(MAX_TIMEOUT_MS), DEFAULTS.timeoutMs),
    maxInFlight: valueOf(
      flags.maxInFlight,
      '--max-in-flight',
      wholeNumber(1, 1e6),
      DEFAULTS.maxInFlight,
    ),
    seed: valueOf(flags.seed, '--seed', wholeNumber(0, MAX_SEED), DEFAULTS.seed),
    slos: slo.map(parseSlo),
    allowFailures: flags.allowFailures === true,
    allowUndelivered: flags.allowUndelivered === true,
  }
}

function readWorkload(kind: WorkloadKind, flags: LoadTestFlags): WorkloadParameters {
  const { payload = DEFAULTS.payload, withSubscribers = false } = flags
  const ttlMs = readTtl(flags.ttl)
  const status =
    flags.filter === true || flags.status !== undefined ? (flags.status ?? DEFAULTS.status) : null
  switch (kind) {
    case 'register':
      return { kind, ttlMs }
    case 'enumerate':
      return { kind, status }
    case 'multicast':
      return { kind, status, payload, withSubscribers }
    case 'mixed': {
      const mix = {
        register: percent(flags.registerPct, '--register-pct', DEFAULTS.mix.register),
        enumerate: percent(flags.enumeratePct, '--enumerate-pct', DEFAULTS.mix.enumerate),
        multicast: percent(flags.multicastPct, '--multicast-pct', DEFAULTS.mix.multicast),
      }
      return { kind, ttlMs, status, payload, withSubscribers, mix }
    }
  }
}

function readRate(text: string | undefined, arrivals: string): number | null {
  if (text === undefined) return null
  const rate = plainNumber(text)
  // Between bursts, the rate may be 0.
  if (rate > 0 || (rate === 0 && arrivals.startsWith('burst'))) return rate
  throw new InputError(`--rate: "${text}" must be a number of requests/s above 0, such as 100.`)
}

function readTtl(text: string | undefined): number {
  if (text === undefined) return DEFAULTS.ttlMs
  const seconds = plainNumber(text)
  const ttlMs = Math.round(seconds * 1_000)
  // 0 means never, so only a written 0 counts: no number that rounds to 0 or underflows.
  if (ttlMs > 0 || (seconds === 0 && !/[1-9]/.test(text))) return ttlMs
  if (ttlMs === 0) {
    throw new InputError(
      `--ttl: "${text}" is shorter than a registration can last: use at least 0.001 (seconds), or 0, which never expires.`,
    )
  }
  throw new InputError(
    `--ttl: "${text}" must be a number of seconds, such as 300; 0 never expires.`,
  )
}

function percent(text: string | undefined, flag: string, byDefault: number): number {
  if (text === undefined) return byDefault
  const value = plainNumber(text)
  if (value >= 0 && value <= 100) return value
  throw new InputError(`${flag}: "${text}" must be a percentage from 0 to 100.`)
}

/** The value of a flag, or the default without one. */
function valueOf<T>(text: string | undefined, flag: string, parse: Parse<T>, byDefault: T): T {
  return text === undefined ? byDefault : parse(text, flag)
}

const SHARD_FLAGS = {
  BENCH_SHARD: '--shard',
  BENCH_START_AT: '--start-at',
  BENCH_RUN: '--run',
  BENCH_READY_WITHIN: '--ready-within',
}

/** @throws InputError */
function readTraces({
  traces,
  traceAbove = '',
  traceRatio = '',
}: TraceFlags): LoadTestRun['traceEnv'] {
  const traceEnv = {
    BENCH_TRACES: traces === true ? 'true' : '',
    BENCH_TRACE_ABOVE: traceAbove,
    BENCH_TRACE_RATIO: traceRatio,
  }
  withFlagNames(TRACE_VARIABLES, () => traceSettings(traceEnv))
  return traceEnv
}

/**
 * What the flags say of shards, as the environment that processes inherit.
 * @throws InputError
 */
function readShard(
  { shard = '', startAt = '', run = '', readyWithin = '' }: LoadTestFlags,
  namespace: string,
  servers: ServerSettings,
): Pick<LoadTestRun, 'shardEnv' | 'meeting'> {
  const shardEnv = {
    BENCH_SHARD: shard,
    BENCH_START_AT: startAt,
    BENCH_RUN: run,
    BENCH_READY_WITHIN: readyWithin,
    BENCH_NAMESPACE: shard === '' ? '' : namespace,
  }
  return withFlagNames(SHARD_FLAGS, () => {
    const meeting = meetingSettings(shardEnv)
    const settings = meeting === null ? shardSettings(shardEnv) : null
    if (meeting !== null || settings !== null) {
      requireSameServers(servers, 'give --redis-addr and --nats-servers')
    }
    if (settings !== null) checkStart(settings)
    return { shardEnv, meeting }
  })
}
