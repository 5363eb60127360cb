import type { LogEntry } from '../../log.ts'
import type { SeenRegistration } from './events.ts'
import { statesOf } from './states.ts'
import type { WatchedEvent } from './watch-events.ts'

/**
 * Checks the order of a watch's events against the log: tokens never go back, and what an event shows
 * was made by an entry after the previous token, because everything up to there had been reported.
 *
 * @returns a line for each fault.
 */
export function orderFaultsIn(log: readonly LogEntry[], events: readonly WatchedEvent[]): string[] {
  const placesOf = placesIn(log)
  const faults: string[] = []
  let before = ''
  for (const { resumesAfter, shown } of events) {
    if (isBehind(before, resumesAfter)) faults.push(`${resumesAfter} comes after ${before}`)
    if (shown !== null) {
      const places = placesOf.get(keyOf(shown)) ?? []
      const isNew = places.some((place) => isBehind(place, before))
      if (!isNew) faults.push(`after ${before}, ${keyOf(shown)} of ${places.join()}`)
    }
    before = resumesAfter
  }
  return faults
}

/** The stream ids of the entries behind each registration's state. */
function placesIn(log: readonly LogEntry[]): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>()
  const states = statesOf(log)
  for (const [at, { id, position }] of log.entries()) {
    const made = states[at + 1]?.held.get(id)
    if (made === undefined) continue
    const known = places.get(keyOf(made))
    if (known) known.push(position.id)
    else places.set(keyOf(made), [position.id])
  }
  return places
}

function keyOf({ identity, metadata, registeredAt, expiresAt }: SeenRegistration): string {
  return `${identity} ${metadata} ${registeredAt} ${expiresAt}`
}

/** Whether a stream id is greater than another; the beginning is before all. */
function isBehind(id: string, other: string): boolean {
  const [ms = 0, n = 0] = id.split('-').map(Number)
  const [otherMs = 0, otherN = 0] = other.split('-').map(Number)
  return ms > otherMs || (ms === otherMs && n > otherN)
}
