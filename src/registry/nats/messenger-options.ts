import {
  functionOf,
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
  takeNatsCredentials,
  type CredentialsProvider,
  type NatsCredentials,
} from '../credentials.ts'
import { takeDurability, type DurabilityOptions } from '../durability-options.ts'
import { RegistryError } from '../errors.ts'
import { validateGatewayName } from '../names.ts'
import { validateNamespace } from '../identity.ts'
import { takeTls, type TlsOption } from '../tls-option.ts'
import { Telemetry } from '../telemetry/telemetry.ts'
import { Warnings } from '../warnings.ts'

/** Maximum number of connections of one messenger. */
export const MAX_CONNECTIONS = 64

/** Options of a NATS messenger. */
export interface NatsMessengerOptions {
  /** `nats://[user:password@]host:port` each, servers of one cluster. */
  readonly servers: readonly string[]
  /** Part of every subject: namespaces are isolated from each other. */
  readonly namespace: string
  /** Prefix of subjects: an identity's is `<subjectPrefix>.<namespace>.<identity>`. Default `prism.multicast`. */
  readonly subjectPrefix?: string
  /** How to be admitted, or what provides it. Default: as the URLs say. */
  readonly credentials?: NatsCredentials | CredentialsProvider<NatsCredentials>
  /** TLS, instead of settings in the URLs. */
  readonly tls?: TlsOption
  /** Number of connections, 1 to 64. Default 1. More helps only if one connection is the bottleneck. */
  readonly connections?: number
  /** Whether to use the given servers only, and ignore others that the cluster announces. Default `false`. */
  readonly ignoreClusterUpdates?: boolean
  /** Timeout for connecting and for confirming a subscription, in ms. Default 5,000. */
  readonly connectTimeoutMs?: number
  /**
   * Name of the gateway, 1 to 64 letters, digits, `-` and `_`: with a fixed name, registrations stay
   * reachable after a restart. Messengers with the same name share its messages, one of them receiving
   * each, so they must host the same identities. Default: a unique name. Not together with
   * `durability.gatewayName`.
   */
  readonly gatewayName?: string
  /** Called with `false` when all connections to NATS are lost, and with `true` when one is restored. */
  readonly onUpChange?: (up: boolean) => void
  /** Enables exactly-once delivery through JetStream. Default: disabled. */
  readonly durability?: DurabilityOptions
  /** Receives a warning for each invalid input from outside. */
  readonly warnings?: Warnings
  /** Default: none. */
  readonly telemetry?: Telemetry
  /**
   * Maximum size of received messages that wait for handlers or are held by running ones, in bytes.
   * Messages beyond it are refused. Default 64 MiB.
   */
  readonly maxBacklogBytes?: number
}

const takes: Takes<NatsMessengerOptions> = {
  servers: urls,
  tls: takeTls('nats'),
  namespace: validateNamespace,
  subjectPrefix: text,
  credentials: orProvider(takeNatsCredentials),
  connections: wholeNumber(1, MAX_CONNECTIONS),
  ignoreClusterUpdates: trueOrFalse,
  connectTimeoutMs: timeout,
  gatewayName: validateGatewayName,
  onUpChange: functionOf('of whether it is up'),
  durability: takeDurability,
  warnings: take((value): value is Warnings => value instanceof Warnings, 'Warnings'),
  telemetry: take((value): value is Telemetry => value instanceof Telemetry, 'Telemetry'),
  maxBacklogBytes: wholeNumber(1),
}

/**
 * Checks the options of a messenger.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function takeMessengerOptions(options: unknown): NatsMessengerOptions {
  const { servers, namespace, ...others } = takeOptions(options, 'options', takes)
  if (servers !== undefined && namespace !== undefined) return { servers, namespace, ...others }
  throw new RegistryError('INVALID_ARGUMENT', 'options: a messenger needs servers and a namespace')
}
