import {
  oneOf,
  take,
  takeOptions,
  text,
  timeout,
  urls,
  wholeNumber,
  type Takes,
} from '../arguments.ts'
import { RegistryError } from '../errors.ts'
import { validateNamespace } from '../identity.ts'
import { Warnings } from '../warnings.ts'
import type { RedisStoreOptions } from './redis-store.ts'

const takes: Takes<RedisStoreOptions> = {
  url: text,
  nodes: urls,
  namespace: validateNamespace,
  strategy: oneOf('replica', 'scan'),
  maxIdentities: wholeNumber(0, Infinity),
  logCap: wholeNumber(1),
  loadTimeoutMs: timeout,
  connectTimeoutMs: timeout,
  warnings: take((value): value is Warnings => value instanceof Warnings, 'Warnings'),
}

/**
 * Takes the options of a store.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function takeStoreOptions(options: unknown): RedisStoreOptions {
  const { namespace, ...others } = takeOptions(options, 'options', takes)
  if (namespace !== undefined) return { namespace, ...others }
  throw new RegistryError('INVALID_ARGUMENT', 'options: a Redis store needs a namespace')
}
