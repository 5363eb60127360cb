import { filterFrom, type Filter } from '../filter/filter.ts'
import type { RegistryStore, WatchRequest } from '../store.ts'
import type { WatchEvent, WatchStream } from '../watch/watch-event.ts'

/** A watch of everything with all events, unless overridden. */
export function watch(
  store: RegistryStore,
  {
    filter = {},
    ...given
  }: Partial<Omit<WatchRequest, 'filter'>> & {
    readonly filter?: Filter
  } = {},
): WatchStream {
  return store.watch({
    initial: true,
    from: null,
    renewals: false,
    signals: [],
    ...given,
    filter: filterFrom(filter),
  })
}

export async function nextOf(events: WatchStream): Promise<WatchEvent> {
  const { value } = await events.next()
  if (value === undefined) throw new Error('The watch has ended.')
  return value
}
