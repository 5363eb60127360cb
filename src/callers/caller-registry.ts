import { hash } from 'node:crypto'
import { afterMs } from '../registry/after-ms.ts'
import { takeSeen } from '../registry/call-arguments.ts'
import type { EnumerateOptions, Enumeration } from '../registry/enumeration.ts'
import { parsedFilter, type Filter } from '../registry/filter/filter.ts'
import type { FilterNode } from '../registry/filter/ast.ts'
import { parseFilter } from '../registry/filter/parse.ts'
import { fieldsOf } from '../registry/filter/fields.ts'
import { parseIdentityPattern } from '../registry/identity-pattern.ts'
import { validateIdentity } from '../registry/identity.ts'
import type { MessageHandler, Subscription } from '../registry/messenger.ts'
import { CheckedMetadata } from '../registry/metadata.ts'
import type { MulticastOptions, MulticastResult } from '../registry/multicast.ts'
import type { Metadata } from '../registry/registration.ts'
import type { MulticastRegistry, RegisterOptions } from '../registry/registry.ts'
import type { RegistrationTimes, SeenRegistration } from '../registry/store.ts'
import type { WatchStream } from '../registry/watch/watch-event.ts'
import type { WatchOptions } from '../registry/watch/watch-options.ts'
import { AuthorizedWatch, type OpenedWatch } from './authorized-watch.ts'
import type { About, EnforcementPoint, Permit } from './enforcement-point.ts'
import type { Operation } from './operation.ts'

const METADATA = 'metadata.'
/** Characters of the mark of a caller: 96 bits. */
const MARK = 16

/**
 * A registry as one caller may use it: with the methods of `MulticastRegistry`, which reject with `FORBIDDEN` for what the
 * caller may not do.
 */
export class CallerRegistry<Credentials = unknown> implements Pick<MulticastRegistry, Operation> {
  readonly #registry: MulticastRegistry
  readonly #point: EnforcementPoint<Credentials>
  readonly #credentials: Credentials

  /** Made by `authorize`. */
  constructor(
    registry: MulticastRegistry,
    point: EnforcementPoint<Credentials>,
    credentials: Credentials,
  ) {
    this.#registry = registry
    this.#point = point
    this.#credentials = credentials
  }

  async register(
    identity: string,
    metadata: Metadata,
    options?: RegisterOptions,
  ): Promise<RegistrationTimes> {
    const valid = validateIdentity(identity)
    // A copy: what is registered is what was decided about.
    const own = new CheckedMetadata(metadata, this.#point.limits)
    await this.#admit('register', { identities: [valid], checked: own })
    return this.#registry.register(valid, own.asMetadata, options)
  }

  async heartbeat(identity: string, ttlMs?: number): Promise<RegistrationTimes> {
    await this.#admit('heartbeat', { identities: [validateIdentity(identity)] })
    return this.#registry.heartbeat(identity, ttlMs)
  }

  async moveTo(seen: SeenRegistration, gateway: string): Promise<boolean> {
    // A copy: what is moved is what was decided about.
    const own = takeSeen(seen)
    await this.#admit('moveTo', { identities: [own.identity] })
    return this.#registry.moveTo(own, gateway)
  }

  async unregister(identity: string): Promise<boolean> {
    await this.#admit('unregister', { identities: [validateIdentity(identity)] })
    return this.#registry.unregister(identity)
  }

  async enumerate(filter: Filter = {}, options?: EnumerateOptions): Promise<Enumeration> {
    const node = parseFilter(filter, this.#point.limits)
    // A copy, because a getter may give another field to the registry than was decided about.
    const given = copyOf(options)
    const permit = await this.#admit('enumerate', {
      fields: [...fieldsOf(node), ...sortFields(given)],
    })
    const listing = await this.#registry.enumerate(filterFor(permit, node), given)
    if (permit === null || permit.hidden.isEmpty) return listing
    const registrations = listing.registrations.map((each) => permit.hidden.without(each))
    return { ...listing, registrations }
  }

  watch(filter: Filter = {}, options?: WatchOptions): WatchStream {
    const node = parseFilter(filter, this.#point.limits)
    const given = copyOf(options)
    const about = { fields: fieldsOf(node) }
    return new AuthorizedWatch({
      permit: this.#admit('watch', about),
      open: (permit) => this.#openWatch(permit, filterFor(permit, node), given),
      onEnd: ({ principal }) => this.#point.recordEnd('watch', principal, about),
    })
  }

  async multicast(
    filter: Filter,
    payload: Uint8Array | string,
    options?: MulticastOptions,
  ): Promise<MulticastResult> {
    const node = parseFilter(filter, this.#point.limits)
    const given = copyOf(options)
    const permit = await this.#admit('multicast', { fields: fieldsOf(node) })
    return this.#registry.multicast(filterFor(permit, node), payload, withOwnId(permit, given))
  }

  async subscribe(
    identities: string | readonly string[],
    handler: MessageHandler,
  ): Promise<Subscription> {
    const own: readonly string[] = Array.isArray(identities)
      ? Array.from(identities, (identity: unknown) => validateIdentity(identity))
      : [validateIdentity(identities)]
    const about = { identities: own }
    const permit = await this.#admit('subscribe', about)
    const admittedAtMs = performance.now()
    const subscription = await this.#registry.subscribe(
      typeof identities === 'string' ? identities : own,
      handler,
    )
    return this.#until(permit, admittedAtMs, 'subscribe', about, subscription)
  }

  async subscribeMatching(pattern: string, handler: MessageHandler): Promise<Subscription> {
    const about = { pattern: parseIdentityPattern(pattern).text }
    const permit = await this.#admit('subscribeMatching', about)
    const admittedAtMs = performance.now()
    const subscription = await this.#registry.subscribeMatching(pattern, handler)
    return this.#until(permit, admittedAtMs, 'subscribeMatching', about, subscription)
  }

  async clear(): Promise<void> {
    await this.#admit('clear', {})
    return this.#registry.clear()
  }

  /**
   * A watch that is resumed also tells which identities have gone that never matched. So a narrowed one begins again
   * instead, as if it could not be resumed.
   */
  #openWatch(permit: Permit, filter: Filter, options: WatchOptions | undefined): OpenedWatch {
    const stream = this.#registry.watch(filter, options)
    if (permit === null || permit.filter === null) return { stream, first: null }
    const { from: token, signal, ...others } = options ?? {}
    if (token === undefined) return { stream, first: null }
    // It was opened only to check the options.
    void stream.return?.()
    const again = signal === undefined ? others : { ...others, signal }
    const first = signal?.aborted === true ? null : ({ type: 'reset', token } as const)
    return { stream: this.#registry.watch(filter, again), first }
  }

  async #admit(operation: Operation, about: About): Promise<Permit> {
    return this.#point.admit(this.#credentials, operation, about)
  }

  /** A subscription that ends with the permit, however long it took to open. */
  #until(
    permit: Permit,
    admittedAtMs: number,
    operation: Operation,
    about: About,
    subscription: Subscription,
  ): Subscription {
    if (permit === null || permit.validForMs === Infinity) return subscription
    const leftMs = permit.validForMs - (performance.now() - admittedAtMs)
    const cancel = afterMs(leftMs, () => {
      this.#point.recordEnd(operation, permit.principal, about)
      // Fails only if the connection has, and with it the subscription.
      void subscription.unsubscribe().catch(() => {})
    })
    return {
      unsubscribe: () => {
        cancel()
        return subscription.unsubscribe()
      },
    }
  }
}

/** The caller's filter, and what else the permit asks for: both parsed, so that neither can reach into the other. */
function filterFor(permit: Permit, node: FilterNode): Filter {
  if (permit === null) return parsedFilter(node, '')
  const { filter, principal } = permit
  const both: FilterNode = filter === null ? node : { kind: 'and', operands: [filter, node] }
  const audience = JSON.stringify([principal.issuer, principal.subject])
  return parsedFilter(both, audience, filter !== null)
}

/**
 * A message's id is the caller's own: subscribers take two messages of one id for one, so that another's could stand in for
 * it. The id in a result has the caller's mark already, and is repeated as it is.
 */
function withOwnId(
  permit: Permit,
  options: MulticastOptions | undefined,
): MulticastOptions | undefined {
  const id: unknown = options?.messageId
  if (permit === null || typeof id !== 'string') return options
  const { issuer, subject } = permit.principal
  const mark = `${hash('sha256', JSON.stringify([issuer, subject]), 'base64url').slice(0, MARK)}.`
  return { ...options, messageId: id.startsWith(mark) ? id : `${mark}${id}` }
}

/** The field of the metadata that a listing is sorted by. */
function sortFields(options: EnumerateOptions | undefined): readonly string[] {
  const sortBy: unknown = options?.sortBy
  return typeof sortBy === 'string' && sortBy.startsWith(METADATA)
    ? [sortBy.slice(METADATA.length)]
    : []
}

/** What isn't an object is refused by the registry. */
function copyOf<T extends object>(options: T | undefined): T | undefined {
  return typeof options === 'object' && options !== null ? { ...options } : options
}
