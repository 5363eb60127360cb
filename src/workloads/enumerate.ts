import type { LoadRequest, Operation } from '../load/workload.ts'
import type { Filter } from '../registry/filter/filter.ts'
import type { MulticastRegistry } from '../registry/registry.ts'

/**
 * Each request lists all identities that match a filter, which may depend on the request number. A request
 * the load gives up is aborted.
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
