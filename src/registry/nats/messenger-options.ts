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
import { takeDurability } from '../durability-options.ts'
import { RegistryError } from '../errors.ts'
import { validateGatewayName } from '../gateway-name.ts'
import { validateNamespace } from '../identity.ts'
import { Warnings } from '../warnings.ts'
import type { NatsMessengerOptions } from './nats-messenger.ts'

/** Connections of one messenger at most. */
export const MAX_CONNECTIONS = 64

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
