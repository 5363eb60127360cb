import type { LoadRequest, Operation } from '../load/workload.ts'
import type { Filter } from '../registry/filter/filter.ts'
import type { MulticastRegistry } from '../registry/registry.ts'

/**
 * Each request lists all identities that match; the filter may differ from request to request. One that
 * is given up stops.
 */
export function enumerate(
  registry: Pick<MulticastRegistry, 'enumerate'>,
  filter: Filter | ((request: LoadRequest) => Filter) = {},
): Operation {
  return {
    run: (request) =>
      registry.enumerate(typeof filter === 'function' ? filter(request) : filter, {
        signal: request.signal,
      }),
  }
}
