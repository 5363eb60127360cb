import type { Operation } from '../../src/load/workload.ts'
import type { Filter } from '../../src/registry/filter/filter.ts'
import type { MulticastRegistry } from '../../src/registry/registry.ts'

/** Each request lists all identities that match. */
export function enumerate(registry: MulticastRegistry, filter: Filter = {}): Operation {
  return { run: () => registry.enumerate(filter) }
}
