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

/** How `select` reads: from a replica in memory that follows the log, or from Redis each time. */
export type SelectStrategy = 'replica' | 'scan'

/** Where a Redis store keeps its registrations, and its limits. */
export interface RedisStoreOptions {
  /** `redis[s]://[user:password@]host[:port][/database]` of a server, or of any node of a cluster. */
  readonly url?: string
  /** Several such URLs, tried in turn until one answers: the nodes of a cluster. */
  readonly nodes?: readonly string[]
  /** Keys begin with it. On a cluster it must carry a hash tag, as `{orders}`. */
  readonly namespace: string
  /** Default `replica`. */
  readonly strategy?: SelectStrategy
  /** Live identities at most. Default: no limit. */
  readonly maxIdentities?: number
  /**
   * Changes that the log keeps at least, > 0; and as many as there are registrations, if that is more. A
   * reader that is further behind loads anew. Default 10,000.
   */
  readonly logCap?: number
  /**
   * How long a call waits, at most, for the registrations to be loaded or for a long log to be read, in ms.
   * Then it fails with `UNAVAILABLE`, which says how much has been loaded. The load goes on. Default 10,000.
   */
  readonly loadTimeoutMs?: number
  /** How long to wait for a server to answer, at the start and later, in ms. Default 5,000. */
  readonly connectTimeoutMs?: number
  /** Receives warnings of corrupt data, lost keys and clocks set back. */
  readonly warnings?: Warnings
}

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
