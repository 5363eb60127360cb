import {
  abortSignal,
  oneOf,
  takeOptions,
  text,
  trueOrFalse,
  wholeNumber,
  type Takes,
} from '../arguments.ts'
import type { Enumeration, EnumerateOptions, ListedRegistration } from '../enumeration.ts'
import type { CompiledFilter } from '../filter/compile.ts'
import type { RegistrationView } from '../registration-view.ts'
import type { Registration } from '../registration.ts'
import { decodeCursor, encodeCursor, invalid, listingDigest, type Cursor } from './cursor.ts'
import { OrderedSnapshot, Snapshots, UnsortedSnapshot, type Snapshot } from './snapshots.ts'
import { sortOrderOf, type SortOrder } from './sort-order.ts'
import { firstPage, presentIn } from './sorted-page.ts'

/** A requested page. */
export interface OpenedPage {
  /** The order for which an index is useful; `null` for order by identity, and if the order is kept here. */
  readonly order: SortOrder | null
  readonly signal: AbortSignal | undefined
  /** Cuts the page from a view of all matches. */
  readonly cut: (view: RegistrationView) => Promise<Enumeration>
}

/** Registrations in order, and the beginning of the next page. */
interface Page {
  readonly registrations: readonly Registration[]
  readonly next: Cursor | null
}

type PageOf = (view: RegistrationView) => Page | Promise<Page>

const takes: Takes<EnumerateOptions> = {
  limit: wholeNumber(1, Infinity),
  cursor: text,
  sortBy: text,
  order: oneOf('ascending', 'descending'),
  includeMetadata: trueOrFalse,
  signal: abortSignal,
}

/**
 * The pages of one registry's listings.
 *
 * A cursor contains the registration after which its page begins, not a count. So while registrations come
 * and go, none repeats and none that stays is skipped. For order by identity, which never changes, that is
 * enough. In any other order, a renewed or replaced registration may move to an earlier or later page, so
 * the order of the first page is kept here. Either way, a page shows registrations that are live and match
 * at the call.
 */
export class Pages {
  readonly #namespace: string
  readonly #snapshots: Snapshots

  constructor(namespace: string, snapshots = new Snapshots()) {
    this.#namespace = namespace
    this.#snapshots = snapshots
  }

  /**
   * Checks the options of a page.
   * @throws RegistryError `INVALID_ARGUMENT` for invalid options, and for a cursor of another listing or one
   *   whose order is no longer kept.
   */
  open(filter: CompiledFilter, options: EnumerateOptions): OpenedPage {
    const given = takeOptions(options, 'options', takes)
    const { limit = Infinity, sortBy = 'identity', order = 'ascending' } = given
    const { includeMetadata, signal } = given
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
        : this.#bySnapshot(filter, sortOrder, digestOnce, cursor, limit, signal)
    const cut = async (view: RegistrationView): Promise<Enumeration> => {
      const { registrations, next } = await pageOf(view)
      return {
        registrations:
          includeMetadata === false ? registrations.map(withoutMetadata) : registrations,
        totalCount: view.matches.size,
        nextCursor: next === null ? null : encodeCursor(digestOnce(), next),
      }
    }
    return { order: cursor === null ? sortOrder : null, signal, cut }
  }

  /** Drops all kept orders. */
  close(): void {
    this.#snapshots.clear()
  }

  #bySnapshot(
    filter: CompiledFilter,
    order: SortOrder,
    digest: () => string,
    cursor: Cursor | null,
    limit: number,
    signal: AbortSignal | undefined,
  ): PageOf {
    if (cursor === null)
      return (view) => this.#firstPage(view, filter, order, digest, limit, signal)
    // The digest matches, but no page of this listing returns such a cursor.
    if (cursor.kind !== 'in') throw invalid('not a valid cursor')
    const { registryId, snapshotId, offset } = cursor
    const snapshot = this.#snapshots.get(registryId, snapshotId, digest())
    return async (view) => {
      const identities = await snapshot.skipping(offset)
      const { registrations, steps } = await presentIn(view, identities, limit, signal)
      return { registrations, next: steps === null ? null : { ...cursor, offset: offset + steps } }
    }
  }

  async #firstPage(
    view: RegistrationView,
    filter: CompiledFilter,
    order: SortOrder,
    digest: () => string,
    limit: number,
    signal: AbortSignal | undefined,
  ): Promise<Page> {
    const { matches, ordered } = view
    const { registrations, rank } = await firstPage(view, filter, order, limit, signal)
    if (registrations.length === matches.size) return { registrations, next: null }
    const { registryId } = this.#snapshots
    const keep = (snapshot: Snapshot, offset: number): Page => {
      const snapshotId = this.#snapshots.add(snapshot, digest())
      return { registrations, next: { kind: 'in', registryId, snapshotId, offset } }
    }
    // The index also keeps registrations that don't match, so it is used if most match. Its cursors count them.
    const mayCountOthers = filter.hidesOthers !== true
    return mayCountOthers && ordered !== null && rank !== null && 2 * matches.size > ordered.size
      ? keep(new OrderedSnapshot(ordered, order.order), rank)
      : keep(new UnsortedSnapshot(matches, matches.size, order), registrations.length)
  }
}

function byIdentity(
  order: 'ascending' | 'descending',
  cursor: Cursor | null,
  limit: number,
): PageOf {
  if (cursor !== null && cursor.kind !== 'after') throw invalid('not a valid cursor')
  return ({ matches }) => {
    if (cursor === null && order === 'ascending' && limit >= matches.size) {
      return { registrations: matches.toArray(), next: null }
    }
    const registrations: Registration[] = []
    for (const registration of matches[order](cursor ?? undefined)) {
      if (registrations.length === limit) return { registrations, next: afterLast(registrations) }
      registrations.push(registration)
    }
    return { registrations, next: null }
  }
}

function afterLast(registrations: readonly Registration[]): Cursor | null {
  const last = registrations.at(-1)
  return last === undefined ? null : { kind: 'after', identity: last.identity }
}

function withoutMetadata(registration: Registration): ListedRegistration {
  const { identity, registeredAt, expiresAt, gateway } = registration
  return Object.freeze({ identity, registeredAt, expiresAt, gateway })
}
