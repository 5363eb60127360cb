import { isIdentityBefore, type Identified, type Registration } from './registration.ts'
import { SortedView } from './memory/sorted-view.ts'

/** The registrations that match a filter as of one instant, readable from any position. */
export interface RegistrationView {
  /** Ordered by identity. */
  readonly matches: SortedView<Identified, Registration>
  /** All registrations, matching or not, in the requested order; `null` if no index has that order. */
  readonly ordered: OrderedRegistrations | null
}

/** Registrations in an order other than by identity, as of one instant. */
export interface OrderedRegistrations {
  readonly size: number
  /** In this order or reversed, skipping the first `count`. */
  skipping(count: number, order: 'ascending' | 'descending'): Iterable<Registration>
}

/** A view of registrations ordered by identity. */
export function viewOf(matches: readonly Registration[]): RegistrationView {
  return { matches: SortedView.of(isIdentityBefore, matches), ordered: null }
}
