import { oneOf, takeOptions, text, trueOrFalse, wholeNumber, type Takes } from '../arguments.ts'
import type { Enumeration, EnumerateOptions, ListedRegistration } from '../enumeration.ts'
import { EventLoopBudget } from '../event-loop-budget.ts'
import type { CompiledFilter } from '../filter/compile.ts'
import type { Registration } from '../registration.ts'
import { decodeCursor, encodeCursor, invalid, listingDigest, type Cursor } from './cursor.ts'
import { firstInOrder } from './first-in-order.ts'
import { Snapshot, Snapshots } from './snapshots.ts'
import { sortOrderOf, type SortOrder } from './sort-order.ts'

/** Cuts one page out of all matches, which are ordered by identity. */
export type Cut = (matches: readonly Registration[]) => Promise<Enumeration>

/** Some registrations in order, and where the next ones begin. */
interface Page {
  readonly registrations: readonly Registration[]
  readonly next: Cursor | null
}

const takes: Takes<EnumerateOptions> = {
  limit: wholeNumber(1, Infinity),
  cursor: text,
  sortBy: text,
  order: oneOf('ascending', 'descending'),
  includeMetadata: trueOrFalse,
}

const TURN_BUDGET_MS = 2

/**
 * The pages of one registry's listings.
 *
 * A cursor says after which registration its page begins, not how many there were, so while others
 * come and go none is shown twice and none that stayed is skipped. By identity, which never changes,
 * that is all it takes. In an order by anything else a registration that is renewed or replaced may
 * move to where the pages have been, or are yet to come: so the order is that of the first page, and
 * is kept here. Either way a page shows what is registered, and matches, when it is asked for.
 */
export class Pages {
  readonly #namespace: string
  readonly #snapshots: Snapshots

  constructor(namespace: string, snapshots = new Snapshots()) {
    this.#namespace = namespace
    this.#snapshots = snapshots
  }

  /**
   * Reads what page is asked for.
   * @throws RegistryError `INVALID_ARGUMENT` for options that make no sense, and a cursor that no
   *   page of this listing gave or whose order is not kept any more.
   */
  cutOf(filter: CompiledFilter, options: EnumerateOptions): Cut {
    const given = takeOptions(options, 'options', takes)
    const { limit = Infinity, sortBy = 'identity', order = 'ascending', includeMetadata } = given
    const sortOrder = sortOrderOf(sortBy, order)
    let digest: string | undefined
    const digestOnce = (): string => {
      digest ??= listingDigest([this.#namespace, filter.canonical, sortBy, order])
      return digest
    }
    const cursor = given.cursor === undefined ? null : decodeCursor(given.cursor, digestOnce())
    const pageOf =
      sortOrder === null
        ? byIdentity(order, cursor, limit)
        : this.#bySnapshot(sortOrder, cursor, limit)
    return async (matches) => {
      const { registrations, next } = await pageOf(matches)
      return {
        registrations:
          includeMetadata === false ? registrations.map(withoutMetadata) : registrations,
        totalCount: matches.length,
        nextCursor: next === null ? null : encodeCursor(digestOnce(), next),
      }
    }
  }

  /** Lets go of everything; later cursors are too old. */
  close(): void {
    this.#snapshots.clear()
  }

  #bySnapshot(
    order: SortOrder,
    cursor: Cursor | null,
    limit: number,
  ): (matches: readonly Registration[]) => Promise<Page> {
    if (cursor === null) return (matches) => this.#firstPage(matches, order, limit)
    // Its digest is that of this order, so no page gave it.
    if (cursor.kind !== 'in') throw invalid('not the nextCursor of a page')
    const { registryId, snapshotId, offset } = cursor
    const snapshot = this.#snapshots.get(registryId, snapshotId)
    return async (matches) => {
      const identities = await snapshot.identities
      const page = await presentFrom(identities, offset, matches, limit)
      const next = page.next === null ? null : { ...cursor, offset: page.next }
      return { registrations: page.registrations, next }
    }
  }

  async #firstPage(
    matches: readonly Registration[],
    order: SortOrder,
    limit: number,
  ): Promise<Page> {
    const registrations = await firstInOrder(matches, order, limit)
    if (registrations.length === matches.length) return { registrations, next: null }
    const snapshotId = this.#snapshots.add(new Snapshot(matches, order))
    const { registryId } = this.#snapshots
    return { registrations, next: { kind: 'in', registryId, snapshotId, offset: limit } }
  }
}

function byIdentity(
  order: 'ascending' | 'descending',
  cursor: Cursor | null,
  limit: number,
): (matches: readonly Registration[]) => Page {
  if (cursor !== null && cursor.kind !== 'after') throw invalid('not the nextCursor of a page')
  const after = cursor?.identity
  return order === 'ascending'
    ? (matches) => ascending(matches, after, limit)
    : (matches) => descending(matches, after, limit)
}

function ascending(
  matches: readonly Registration[],
  after: string | undefined,
  limit: number,
): Page {
  const start = after === undefined ? 0 : placeOf(after, matches)
  const from = matches[start]?.identity === after ? start + 1 : start
  const end = Math.min(from + limit, matches.length)
  const isWhole = from === 0 && end === matches.length
  const registrations = isWhole ? matches : matches.slice(from, end)
  return { registrations, next: end === matches.length ? null : afterLast(registrations) }
}

function descending(
  matches: readonly Registration[],
  after: string | undefined,
  limit: number,
): Page {
  const end = after === undefined ? matches.length : placeOf(after, matches)
  const from = Math.max(0, end - limit)
  const registrations = matches.slice(from, end).toReversed()
  return { registrations, next: from === 0 ? null : afterLast(registrations) }
}

function afterLast(registrations: readonly Registration[]): Cursor | null {
  const last = registrations.at(-1)
  return last === undefined ? null : { kind: 'after', identity: last.identity }
}

/** Those of `identities`, from a place on, that are among the matches. */
async function presentFrom(
  identities: readonly string[],
  offset: number,
  matches: readonly Registration[],
  limit: number,
): Promise<{ readonly registrations: readonly Registration[]; readonly next: number | null }> {
  const budget = new EventLoopBudget(TURN_BUDGET_MS)
  const registrations: Registration[] = []
  for (let at = offset; at < identities.length; at += 1) {
    if (at % 64 === 0 && budget.exhausted) await budget.renew()
    const identity = identities[at] ?? ''
    const found = matches[placeOf(identity, matches)]
    if (found?.identity !== identity) continue
    if (registrations.length === limit) return { registrations, next: at }
    registrations.push(found)
  }
  return { registrations, next: null }
}

/** The first index whose identity is not below `identity`. */
function placeOf(identity: string, matches: readonly Registration[]): number {
  let low = 0
  let high = matches.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const candidate = matches[middle]
    if (candidate !== undefined && candidate.identity < identity) low = middle + 1
    else high = middle
  }
  return low
}

function withoutMetadata(registration: Registration): ListedRegistration {
  const { identity, registeredAt, expiresAt, gateway } = registration
  return Object.freeze({ identity, registeredAt, expiresAt, gateway })
}
