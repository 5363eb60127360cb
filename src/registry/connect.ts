import {
  functionOf,
  oneOf,
  takeOptions,
  text,
  trueOrFalse,
  urls,
  wholeNumber,
  type Takes,
} from './arguments.ts'
import {
  orProvider,
  takeNatsCredentials,
  takeRedisCredentials,
  type CredentialsProvider,
  type NatsCredentials,
  type RedisCredentials,
} from './credentials.ts'
import { takeDurability, type DurabilityOptions } from './durability-options.ts'
import { RegistryError } from './errors.ts'
import { validateGatewayName } from './names.ts'
import { validateNamespace } from './identity.ts'
import { limitsFrom, type RegistryLimits } from './limits.ts'
import { MAX_CONNECTIONS } from './nats/messenger-options.ts'
import { connectNatsMessenger } from './nats/nats-messenger.ts'
import { takeAddressMap, type AddressMap } from './redis/address-map.ts'
import { takeWaitForReplicas, type WaitForReplicas } from './redis/replica-wait-options.ts'
import { connectRedisStore } from './redis/redis-store.ts'
import { type ScriptForm, type SelectStrategy } from './redis/store-options.ts'
import { MulticastRegistry } from './registry.ts'
import { takeTls, type TlsOption } from './tls-option.ts'
import { telemetryOf } from './telemetry/telemetry.ts'
import { type WarningListener, Warnings } from './warnings.ts'

/** A registry's servers, namespace and settings. */
export interface ConnectOptions {
  /**
   * `redis[s]://[user:password@]host:port[/db]`, or several nodes of one cluster, in a list or separated by
   * commas, tried in turn; or `redis[s]+sentinel://[user:password@]host:port[,host:port…]/<master name>[/db]`.
   * One address of a cluster is enough.
   */
  readonly redisUrl: string | readonly string[]
  /**
   * The user and the password for Redis, or a function that provides them: it is asked again before they end, and when
   * Redis refuses them; see `docs/credentials.md`. Default: those of the URL.
   */
  readonly redisCredentials?: RedisCredentials | CredentialsProvider<RedisCredentials>
  /** One or more `nats://[user:password@]host:port`, servers of one cluster. */
  readonly natsUrls: readonly string[]
  /**
   * User and password, token, nkey or `.creds` for NATS, or a function that provides them: it is asked again before they
   * end, and when NATS refuses them; see `docs/credentials.md`. Default: those of the URLs.
   */
  readonly natsCredentials?: NatsCredentials | CredentialsProvider<NatsCredentials>
  /**
   * Prefix of every Redis key and part of every NATS subject: registries of one namespace share
   * identities; different namespaces are isolated. 1 to 64 letters, digits, `_` and `-`, with at most
   * one hash tag such as `{tag}`. On a Redis Cluster, the keys of `orders` begin with `{orders}:`.
   */
  readonly namespace: string
  /**
   * TLS to Redis, as PEM texts or files. Settings in `redisUrl`, such as `?tls-ca=/etc/ca.pem`, do the same; give one of both.
   * Default: TLS for `rediss://`.
   */
  readonly redisTls?: TlsOption
  /** TLS to NATS, likewise. Default: TLS for `tls://`, and if a server requires it. */
  readonly natsTls?: TlsOption
  /**
   * Where to reach Redis servers that announce an address which clients can't use, such as nodes of a cluster
   * behind NAT or proxies: announced `host:port` to the `host:port` to connect to. For clusters and Sentinel.
   */
  readonly redisAddressMap?: AddressMap
  /**
   * `true`: connects to `natsUrls` only, and ignores the other servers that a NATS cluster announces, such as
   * those behind a proxy. Default `false`.
   */
  readonly ignoreClusterUpdates?: boolean
  /** Prefix of NATS subjects: an identity's is `<subjectPrefix>.<namespace>.<identity>`. Default `prism.multicast`. */
  readonly subjectPrefix?: string
  /**
   * Acknowledges registrations, heartbeats, moves and unregistrations once this many replicas of Redis have them, so that a
   * failover to one of these keeps them. If fewer confirm in time, the call fails with `UNAVAILABLE`, although it has
   * taken effect; see `docs/promises.md`. Default: doesn't wait.
   */
  readonly waitForReplicas?: WaitForReplicas
  /** How `enumerate` and `multicast` read registrations. Default `replica`. */
  readonly strategy?: SelectStrategy
  /**
   * `functions`: calls functions that an administrator has loaded into Redis, instead of sending scripts: for users that may not
   * run scripts of their own, nor see other users' keys; see `docs/tenants.md`. Default: what the URL says, by `?scripts=functions`; else `eval`.
   */
  readonly scripts?: ScriptForm
  /**
   * `true`: enforces the quotas of the namespace, which an administrator has written with `writeQuotas`. Connecting fails with
   * `UNAVAILABLE` if there are none; see `docs/quotas.md`. Default `false`.
   */
  readonly quotas?: boolean
  /** Number of connections to NATS, 1 to 64. Default 1. */
  readonly natsConnections?: number
  /**
   * Name of this registry's gateway, 1 to 64 letters, digits, `-` and `_`: with a fixed name,
   * registrations stay reachable after a restart. Registries with the same name share its messages.
   * Default: a unique name.
   */
  readonly gatewayName?: string
  /** Enables exactly-once delivery; see `docs/promises.md`. Default: disabled. */
  readonly durability?: DurabilityOptions
  readonly limits?: Partial<RegistryLimits>
  /**
   * Receives a warning for each invalid input from outside that was ignored, refused or repaired.
   * Default: Node's `warning` event, at most every 10 s per code.
   */
  readonly onWarning?: WarningListener
  /**
   * Whether the registry tells the process's OpenTelemetry SDK its spans and metrics; without an SDK it tells nobody. See
   * `docs/telemetry.md`. Default `true`.
   */
  readonly telemetry?: boolean
}

const takes: Takes<ConnectOptions> = {
  redisUrl: (value, where) => (typeof value === 'string' ? value : urls(value, where)),
  natsUrls: urls,
  namespace: validateNamespace,
  redisCredentials: orProvider(takeRedisCredentials),
  natsCredentials: orProvider(takeNatsCredentials),
  redisTls: takeTls('redis'),
  natsTls: takeTls('nats'),
  redisAddressMap: takeAddressMap,
  waitForReplicas: takeWaitForReplicas,
  ignoreClusterUpdates: trueOrFalse,
  subjectPrefix: text,
  strategy: oneOf('replica', 'scan'),
  scripts: oneOf('eval', 'functions'),
  quotas: trueOrFalse,
  natsConnections: wholeNumber(1, MAX_CONNECTIONS),
  gatewayName: validateGatewayName,
  durability: takeDurability,
  limits: (value) => limitsFrom(value as Partial<RegistryLimits>),
  onWarning: functionOf<WarningListener>('of the warning'),
  telemetry: trueOrFalse,
}

/**
 * Connects a registry to Redis and NATS.
 * @throws RegistryError `UNAVAILABLE` within 5 s if either is unreachable or refuses, naming host and
 *   port; `CREDENTIALS_FAILED` if a function provides no credentials; `INVALID_ARGUMENT` for unknown, missing or invalid options.
 */
export async function connectRegistry(options: ConnectOptions): Promise<MulticastRegistry> {
  const {
    redisUrl,
    natsUrls,
    namespace = validateNamespace(undefined),
    redisAddressMap,
    redisCredentials,
    natsCredentials,
    ignoreClusterUpdates,
    waitForReplicas,
    ...others
  } = takeOptions(options, 'options', takes)
  if (redisUrl === undefined) throw missing('redisUrl', 'redis://localhost:6379')
  if (natsUrls === undefined) throw missing('natsUrls', ['nats://localhost:4222'])
  const { subjectPrefix, strategy, natsConnections, gatewayName, durability, onWarning } = others
  const limits = limitsFrom(others.limits)
  const warnings = new Warnings(onWarning)
  const telemetry = telemetryOf(others.telemetry ?? true)
  const store = await connectRedisStore({
    ...(typeof redisUrl === 'string' ? { url: redisUrl } : { nodes: redisUrl }),
    namespace,
    maxIdentities: limits.maxIdentities,
    warnings,
    telemetry,
    ...(strategy === undefined ? {} : { strategy }),
    ...(others.scripts === undefined ? {} : { scripts: others.scripts }),
    ...(others.quotas === undefined ? {} : { quotas: others.quotas }),
    ...(waitForReplicas === undefined ? {} : { waitForReplicas }),
    ...(redisCredentials === undefined ? {} : { credentials: redisCredentials }),
    ...(others.redisTls === undefined ? {} : { tls: others.redisTls }),
    ...(redisAddressMap === undefined ? {} : { addressMap: redisAddressMap }),
  })
  try {
    const messenger = await connectNatsMessenger({
      servers: natsUrls,
      namespace,
      warnings,
      telemetry,
      maxBacklogBytes: limits.maxBacklogBytes,
      ...(natsCredentials === undefined ? {} : { credentials: natsCredentials }),
      ...(others.natsTls === undefined ? {} : { tls: others.natsTls }),
      ...(subjectPrefix === undefined ? {} : { subjectPrefix }),
      ...(ignoreClusterUpdates === undefined ? {} : { ignoreClusterUpdates }),
      ...(natsConnections === undefined ? {} : { connections: natsConnections }),
      ...(gatewayName === undefined ? {} : { gatewayName }),
      ...(durability === undefined ? {} : { durability }),
    })
    return new MulticastRegistry({ store, messenger, namespace, limits, warnings, telemetry })
  } catch (error) {
    await store.close()
    throw error
  }
}

function missing(option: string, example: unknown): RegistryError {
  return new RegistryError(
    'INVALID_ARGUMENT',
    `options.${option} is missing; write ${option}: ${JSON.stringify(example)}`,
  )
}
