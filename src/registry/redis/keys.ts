import { RegistryError } from '../errors.ts'

/** The Redis keys of one namespace. */
export interface NamespaceKeys {
  readonly namespace: string
  /** What the keys of identities begin with. */
  readonly prefix: string
  /** Sorted set: each identity, scored by its `expires_at`, or `+inf` if it never expires. */
  readonly index: string
  /** The capped stream of changes; see `log.ts`. */
  readonly log: string
  /** Never there: what is deleted to find out whether a server takes writes. */
  readonly nothing: string
  /** The hash of one identity; see `record.ts`. */
  identity(identity: string): string
}

/** Identities can't begin with `~`, so bookkeeping keys can't be taken for theirs. */
export function keysOf(namespace: string): NamespaceKeys {
  const prefix = `${namespace}:`
  return {
    namespace,
    prefix,
    index: `${prefix}~index`,
    log: `${prefix}~log`,
    nothing: `${prefix}~nothing`,
    identity: (identity) => prefix + identity,
  }
}

/**
 * Checks that a cluster keeps all keys of a namespace on one node, as scripts need.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function requireHashTag(namespace: string): void {
  if (/\{[^}]+\}/.test(namespace)) return
  throw new RegistryError(
    'INVALID_ARGUMENT',
    `namespace "${namespace}": on a Redis Cluster it needs a hash tag, which keeps its keys on ` +
      `one node; name it "{${namespace}}", for instance`,
  )
}
