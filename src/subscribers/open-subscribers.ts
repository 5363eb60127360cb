import type { Subscribers } from './subscriber-host.ts'

const open = new Set<Subscribers>()

/** The subscribers in processes of their own that this process has started and not closed, in order of their starts. */
export function openSubscribers(): readonly Subscribers[] {
  return [...open]
}

/** Adds subscribers to the open ones. @returns them. */
export function opened<S extends Subscribers>(subscribers: S): S {
  open.add(subscribers)
  return subscribers
}

/** Removes subscribers from the open ones, if they are among them. */
export function closed(subscribers: Subscribers): void {
  open.delete(subscribers)
}
