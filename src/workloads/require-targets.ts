import type { Filter } from '../registry/filter/filter.ts'
import type { MulticastRegistry } from '../registry/registry.ts'

/** A registry's calls that match identities by a filter. */
export type Addressing = Pick<MulticastRegistry, 'enumerate' | 'multicast'>

/** A request matched no identity although some matched before the load, so it measured nothing. */
export class NoTargetsError extends Error {
  override readonly name = 'NoTargetsError'
  readonly code = 'NO_TARGETS'

  constructor(filter: Filter) {
    super(
      `No identity matches ${JSON.stringify(filter)}, although some did before the load. Have they expired, or were they removed?`,
    )
  }
}

/**
 * Wraps a registry for scenarios that register identities beforehand: an enumerate or multicast that matches
 * none rejects with `NoTargetsError` instead of succeeding faster than one that does its work.
 */
export function requireTargets(registry: Addressing): Addressing {
  return {
    async enumerate(filter = {}, options = {}) {
      const found = await registry.enumerate(filter, options)
      if (found.totalCount === 0) throw new NoTargetsError(filter)
      return found
    },
    async multicast(filter, payload, options = {}) {
      const sent = await registry.multicast(filter, payload, options)
      if (sent.targetCount === 0) throw new NoTargetsError(filter)
      return sent
    },
  }
}
