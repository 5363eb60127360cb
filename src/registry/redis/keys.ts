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
  /** Hash: the quotas, which only an administrator writes; see `stored-quotas.ts`. */
  readonly quotas: string
  /** Hash: how much of each rate is used up; see `quota-scripts.ts`. */
  readonly spent: string
  /** Sorted set: the open registries that count for the quotas; see `lease.ts`. */
  readonly leases: string
  /** Never exists; deleting it shows whether a server accepts writes. */
  readonly nothing: string
  /** The hash of one identity; see `record.ts`. */
  identity(identity: string): string
}

/**
 * The keys of a namespace. Those of its quotas don't begin with its prefix, so that rights to its other keys don't extend to them. Identities can't begin with `~`, so bookkeeping keys never clash with theirs.
 * @param isCluster On a cluster, scripts require that all keys are on one node: the hash tag of a namespace
 *   that has none is the namespace itself, as in `{orders}:user-1`.
 */
export function keysOf(namespace: string, isCluster = false): NamespaceKeys {
  const prefix = isCluster && !namespace.includes('{') ? `{${namespace}}:` : `${namespace}:`
  // With the same hash tag, and different for `orders` and `{orders}`.
  const name = prefix.slice(0, -1)
  return {
    namespace,
    prefix,
    index: `${prefix}~index`,
    log: `${prefix}~log`,
    loads: `${prefix}~loads`,
    quotas: `~quota:${name}`,
    spent: `~spent:${name}`,
    leases: `~leases:${name}`,
    nothing: `${prefix}~nothing`,
    identity: (identity) => prefix + identity,
  }
}
