import {
  functionOf,
  take,
  takeOptions,
  text,
  timeout,
  urls,
  wholeNumber,
  type Takes,
} from '../arguments.ts'
import { takeDurability, type DurabilityOptions } from '../durability-options.ts'
import { RegistryError } from '../errors.ts'
import { validateGatewayName } from '../names.ts'
import { validateNamespace } from '../identity.ts'
import { Warnings } from '../warnings.ts'

/** Connections of one messenger at most. */
export const MAX_CONNECTIONS = 64

/** How to reach NATS. */
export interface NatsMessengerOptions {
  /** `nats://[user:password@]host:port` each; all are used. */
  readonly servers: readonly string[]
  /** A word of every subject, so that namespaces don't receive each other's messages. */
  readonly namespace: string
  /** The subject of an identity is `<subjectPrefix>.<namespace>.<identity>`; `prism.multicast` by default. */
  readonly subjectPrefix?: string
  /** How many connections to open, 1 to 64; 1 by default. More only helps when one is the limit. */
  readonly connections?: number
  /** How long connecting may take, and a subscription to be confirmed, in ms; 5,000 by default. */
  readonly connectTimeoutMs?: number
  /**
   * Names the gateway, so that registrations which name it hold when the process starts anew: 1 to
   * 64 letters, digits, `-` and `_`. Messengers of one name share its messages, each going to one
   * of them: let them host the same. By default a name of its own. Not with `durability.gatewayName`.
   */
  readonly gatewayName?: string
  /** Called with `false` when the connection to NATS is lost, all of them, and with `true` when it is back. */
  readonly onUpChange?: (up: boolean) => void
  /** Enables exactly-once, through JetStream; off by default. */
  readonly durability?: DurabilityOptions
  /** Receives a warning for each invalid input from outside. */
  readonly warnings?: Warnings
  /**
   * What messages may take that wait for their handlers or that running handlers hold, in bytes;
   * 64 MiB by default. Beyond it messages are refused.
   */
  readonly maxBacklogBytes?: number
}

const takes: Takes<NatsMessengerOptions> = {
  servers: urls,
  namespace: validateNamespace,
  subjectPrefix: text,
  connections: wholeNumber(1, MAX_CONNECTIONS),
  connectTimeoutMs: timeout,
  gatewayName: validateGatewayName,
  onUpChange: functionOf('of whether it is up'),
  durability: takeDurability,
  warnings: take((value): value is Warnings => value instanceof Warnings, 'Warnings'),
  maxBacklogBytes: wholeNumber(1),
}

/**
 * Takes the options of a messenger.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function takeMessengerOptions(options: unknown): NatsMessengerOptions {
  const { servers, namespace, ...others } = takeOptions(options, 'options', takes)
  if (servers !== undefined && namespace !== undefined) return { servers, namespace, ...others }
  throw new RegistryError('INVALID_ARGUMENT', 'options: a messenger needs servers and a namespace')
}
