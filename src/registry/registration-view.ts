import { isIdentityBefore, type Identified, type Registration } from './registration.ts'
import { SortedView } from './memory/sorted-view.ts'

/** The registrations that match a filter, as of one instant, to be read from any place on. */
export interface RegistrationView {
  /** Ordered by identity. */
  readonly matches: SortedView<Identified, Registration>
  /** All registrations, whether they match or not, in the order asked for; `null` if no index has it. */
  readonly ordered: OrderedRegistrations | null
}

/** Registrations in an order other than by identity, as of one instant. */
export interface OrderedRegistrations {
  readonly size: number
  /** In this order or its reverse, without the first `count`. */
  skipping(count: number, order: 'ascending' | 'descending'): Iterable<Registration>
}

/** A view of registrations ordered by identity. */
export function viewOf(matches: readonly Registration[]): RegistrationView {
  return { matches: SortedView.of(isIdentityBefore, matches), ordered: null }
}
