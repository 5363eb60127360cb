import { EventLoopBudget } from '../event-loop-budget.ts'
import type { CompiledFilter } from '../filter/compile.ts'
import type { OrderedRegistrations, RegistrationView } from '../registration-view.ts'
import type { Registration } from '../registration.ts'
import { firstInOrder } from './first-in-order.ts'
import type { SortOrder } from './sort-order.ts'

/** Maximum time per turn of the event loop for cutting a page, in ms. */
const TURN_BUDGET_MS = 2

/** Steps between two reads of the clock. */
const STEPS_BETWEEN_LOOKS = 64

/** The first matches in an order. */
export interface FirstPage {
  readonly registrations: readonly Registration[]
  /** The number of registrations in the index, matching or not, up to the end of the page; `null` without an index. */
  readonly rank: number | null
}

/**
 * The first page in an order. Reads an index of all registrations in that order until the page is full,
 * unless sorting the matches is faster because few match.
 * @throws the signal's reason if the signal is aborted.
 */
export async function firstPage(
  { matches, ordered }: RegistrationView,
  filter: CompiledFilter,
  order: SortOrder,
  limit: number,
  signal?: AbortSignal,
): Promise<FirstPage> {
  const count = Math.min(limit, matches.size)
  const stepsToSort = matches.size + count * Math.log2(count + 1)
  const expectedSteps = (count / matches.size) * (ordered?.size ?? Infinity)
  if (ordered !== null && expectedSteps <= stepsToSort) {
    // All matches may be at the far end.
    const found = await firstOf(ordered, order.order, filter, count, 4 * stepsToSort, signal)
    if (found !== null) return found
  }
  return { registrations: await firstInOrder(matches, order, limit, signal), rank: null }
}

async function firstOf(
  ordered: OrderedRegistrations,
  order: SortOrder['order'],
  filter: CompiledFilter,
  count: number,
  maxSteps: number,
  signal: AbortSignal | undefined,
): Promise<FirstPage | null> {
  const budget = new EventLoopBudget(TURN_BUDGET_MS, signal)
  const registrations: Registration[] = []
  let rank = 0
  for (const registration of ordered.skipping(0, order)) {
    if (rank % STEPS_BETWEEN_LOOKS === 0 && budget.check()) await budget.renew()
    rank += 1
    if (filter.matches(registration.metadata)) registrations.push(registration)
    if (registrations.length === count) break
    if (rank > maxSteps) return null
  }
  return { registrations, rank }
}

/** A later page of a listing whose order is kept. */
export interface LaterPage {
  readonly registrations: readonly Registration[]
  /** The number of identities before the next page; `null` on the last page. */
  readonly steps: number | null
}

/** At most `limit` of the `identities` that are among the matches. */
export async function presentIn(
  { matches }: RegistrationView,
  identities: Iterable<string>,
  limit: number,
  signal?: AbortSignal,
): Promise<LaterPage> {
  const budget = new EventLoopBudget(TURN_BUDGET_MS, signal)
  const registrations: Registration[] = []
  let steps = 0
  for (const identity of identities) {
    if (steps % STEPS_BETWEEN_LOOKS === 0 && budget.check()) await budget.renew()
    const found = matches.get({ identity })
    if (found !== undefined) {
      if (registrations.length === limit) return { registrations, steps }
      registrations.push(found)
    }
    steps += 1
  }
  return { registrations, steps: null }
}
