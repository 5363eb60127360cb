import {
  oneOf,
  take,
  takeOptions,
  text,
  timeout,
  trueOrFalse,
  urls,
  wholeNumber,
  type Takes,
} from '../arguments.ts'
import {
  orProvider,
  takeRedisCredentials,
  type CredentialsProvider,
  type RedisCredentials,
} from '../credentials.ts'
import { RegistryError } from '../errors.ts'
import { validateNamespace } from '../identity.ts'
import { takeTls, type TlsOption } from '../tls-option.ts'
import { Telemetry } from '../telemetry/telemetry.ts'
import { Warnings } from '../warnings.ts'
import { takeWaitForReplicas, type WaitForReplicas } from './replica-wait-options.ts'
import { takeAddressMap, type AddressMap } from './address-map.ts'

/** How a store reads: `replica` keeps a copy in memory by following the log; `scan` asks Redis each time. */
export type SelectStrategy = 'replica' | 'scan'

/**
 * How the registry's scripts get to Redis: `eval` sends their texts; `functions` calls functions that an administrator has
 * loaded, for users that may not run scripts of their own, nor see the rest of the server. See `docs/tenants.md`.
 */
export type ScriptForm = 'eval' | 'functions'

/** Options of a Redis store. */
export interface RedisStoreOptions {
  /** What to connect to, in any text form of `parseRedis`. */
  readonly url?: string
  /** Several URLs of one cluster, tried in turn until one answers. */
  readonly nodes?: readonly string[]
  /** Prefix of all keys. On a cluster it becomes a hash tag such as `{orders}`, if it has none. */
  readonly namespace: string
  /** Default `replica`. */
  readonly strategy?: SelectStrategy
  /** Default: what the URL says, by `?scripts=functions`; else `eval`. */
  readonly scripts?: ScriptForm
  /** Maximum number of live identities. Default: no limit. */
  readonly maxIdentities?: number
  /**
   * Minimum number of changes in the log, > 0; the log keeps one per registration if that is more. A
   * reader that falls further behind reloads everything. Default 10,000.
   */
  readonly logCap?: number
  /**
   * How long a call waits for the registrations to load or for a long log to be read, in ms. Then it
   * fails with `UNAVAILABLE`, which reports the progress; the load continues. Default 10,000.
   */
  readonly loadTimeoutMs?: number
  /**
   * Maximum number of readers of the namespace that load everything at the same time, in all processes, > 0.
   * Give all processes the same. Default 4.
   */
  readonly maxConcurrentLoads?: number
  /** How long a server may take to answer, when connecting and later, in ms. Default 5,000. */
  readonly connectTimeoutMs?: number
  /** The user and the password, or what provides them. Default: those of the URL. */
  readonly credentials?: RedisCredentials | CredentialsProvider<RedisCredentials>
  /** Where to reach nodes and masters that announce another address. */
  readonly addressMap?: AddressMap
  /** TLS, instead of settings in the URL. */
  readonly tls?: TlsOption
  /** Whether the namespace's quotas are enforced, which an administrator has written. Default `false`. */
  readonly quotas?: boolean
  /** How many replicas must have a write before it is acknowledged. Default: none. */
  readonly waitForReplicas?: WaitForReplicas
  /** Receives warnings about corrupt data, lost keys and clocks set back. */
  readonly warnings?: Warnings
  /** Default: none. */
  readonly telemetry?: Telemetry
}

const takes: Takes<RedisStoreOptions> = {
  url: text,
  nodes: urls,
  namespace: validateNamespace,
  strategy: oneOf('replica', 'scan'),
  scripts: oneOf('eval', 'functions'),
  maxIdentities: wholeNumber(0, Infinity),
  logCap: wholeNumber(1),
  loadTimeoutMs: timeout,
  maxConcurrentLoads: wholeNumber(1),
  connectTimeoutMs: timeout,
  credentials: orProvider(takeRedisCredentials),
  addressMap: takeAddressMap,
  tls: takeTls('redis'),
  quotas: trueOrFalse,
  waitForReplicas: takeWaitForReplicas,
  warnings: take((value): value is Warnings => value instanceof Warnings, 'Warnings'),
  telemetry: take((value): value is Telemetry => value instanceof Telemetry, 'Telemetry'),
}

/**
 * Checks the options of a store.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function takeStoreOptions(options: unknown): RedisStoreOptions {
  const { namespace, ...others } = takeOptions(options, 'options', takes)
  if (namespace !== undefined) return { namespace, ...others }
  throw new RegistryError('INVALID_ARGUMENT', 'options: a Redis store needs a namespace')
}
