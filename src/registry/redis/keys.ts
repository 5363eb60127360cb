import { RegistryError } from '../errors.ts'

/** The Redis keys of one namespace. */
export interface NamespaceKeys {
  readonly namespace: string
  /** The prefix of identities' keys. */
  readonly prefix: string
  /** Sorted set: each identity, scored by its `expires_at`, or `+inf` if it never expires. */
  readonly index: string
  /** The capped stream of changes; see `log.ts`. */
  readonly log: string
  /** Sorted set: the readers that load; see `load-permits.ts`. */
  readonly loads: string
  /** Never exists; deleting it shows whether a server accepts writes. */
  readonly nothing: string
  /** The hash of one identity; see `record.ts`. */
  identity(identity: string): string
}

/** The keys of a namespace. Identities can't begin with `~`, so bookkeeping keys never clash with theirs. */
export function keysOf(namespace: string): NamespaceKeys {
  const prefix = `${namespace}:`
  return {
    namespace,
    prefix,
    index: `${prefix}~index`,
    log: `${prefix}~log`,
    loads: `${prefix}~loads`,
    nothing: `${prefix}~nothing`,
    identity: (identity) => prefix + identity,
  }
}

/**
 * Checks that a cluster keeps all keys of a namespace on one node, which scripts require.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function requireHashTag(namespace: string): void {
  if (/\{[^}]+\}/.test(namespace)) return
  throw new RegistryError(
    'INVALID_ARGUMENT',
    `namespace "${namespace}": a Redis Cluster requires a hash tag, which keeps all its keys on ` +
      `one node, for example "{${namespace}}"`,
  )
}
