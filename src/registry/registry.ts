import {
  takeOptions,
  text,
  trueOrFalse,
  wholeNumber,
  written,
  type Take,
  type Takes,
} from './arguments.ts'
import { takeHandler, takeSeen } from './call-arguments.ts'
import { takeSlots, type RegistrySlots } from './slots.ts'
import type { EnumerateOptions, Enumeration } from './enumeration.ts'
import { RegistryError } from './errors.ts'
import { filterFrom, type Filter } from './filter/filter.ts'
import { validateIdentity } from './identity.ts'
import { limitsFrom, type RegistryLimits } from './limits.ts'
import type { MessageHandler, Messenger, Subscription } from './messenger.ts'
import { validateMetadata } from './metadata.ts'
import { requestOf, summarize, type MulticastOptions, type MulticastResult } from './multicast.ts'
import { Pages } from './paging/pages.ts'
import type { Metadata } from './registration.ts'
import type { RegistrationTimes, RegistryStore, SeenRegistration } from './store.ts'
import { unlessAborted } from './waiting.ts'
import { type RegistryWarningCode, Warnings } from './warnings.ts'
import { Ending } from './watch/ending.ts'
import type { WatchStream } from './watch/watch-event.ts'
import { watchOptionsFrom, type WatchOptions } from './watch/watch-options.ts'

/** How an identity is registered. */
export interface RegisterOptions {
  /** Time to live in ms, an integer; 0 never expires. Default 300,000. */
  readonly ttlMs?: number
  /** Whether a live registration of the same identity is overwritten. Default `false`. */
  readonly replace?: boolean
  /**
   * The `gateway` of the registry that hosts the identity's subscriber. By default this registry's
   * own, if it hosts one; without any, messages go by the identity's own subject.
   */
  readonly gateway?: string
}

const DEFAULT_TTL_MS = 300_000

/**
 * A multicast registry: identities with metadata and a TTL, listed by filter, and sent to.
 *
 * Every call rejects with a `RegistryError`: `UNAVAILABLE` when a server can't be reached or
 * refuses, `CLOSED` after `close()`, and the codes that each call names. `enumerate` and `multicast`
 * take an `AbortSignal`, and reject with its reason. Writes take none: one command that is sent at once
 * can't be taken back.
 */
export class MulticastRegistry {
  readonly #store: RegistryStore
  readonly #messenger: Messenger
  readonly #limits: RegistryLimits
  readonly #warnings: Warnings
  readonly #pages: Pages
  readonly #takeTtl: Take<number>
  readonly #registerOptions: Takes<RegisterOptions>
  #underWay = 0
  #onIdle: (() => void) | null = null
  #closing: Promise<void> | null = null
  /** Aborted by `close()`, which ends the watches. */
  readonly #closed = new Ending()

  /**
   * @param slots the registry owns them from here on: `close()` closes them.
   * @throws RegistryError `INVALID_ARGUMENT`
   */
  constructor(slots: RegistrySlots) {
    const { store, messenger, namespace = '', limits, warnings } = takeSlots(slots)
    this.#store = store
    this.#messenger = messenger
    this.#limits = limitsFrom(limits)
    this.#warnings = warnings ?? new Warnings()
    this.#pages = new Pages(namespace)
    this.#takeTtl = wholeNumber(0, this.#limits.maxTtlMs)
    this.#registerOptions = { ttlMs: this.#takeTtl, replace: trueOrFalse, gateway: text }
  }

  /** How many warnings there were, by code; codes without any are left out. */
  get warnings(): ReadonlyMap<RegistryWarningCode, number> {
    return this.#warnings.counts
  }

  /** Where this registry's subscribers are reached; to be named in registrations made elsewhere. */
  get gateway(): string {
    return this.#messenger.gateway
  }

  /**
   * Registers an identity, atomically and for every process.
   * @param metadata a JSON object.
   * @throws RegistryError `ALREADY_EXISTS`, `QUOTA_EXCEEDED`, `INVALID_IDENTITY`,
   *   `INVALID_METADATA`, `INVALID_ARGUMENT`
   */
  async register(
    identity: string,
    metadata: Metadata,
    options: RegisterOptions = {},
  ): Promise<RegistrationTimes> {
    return this.#accept(() => {
      const {
        ttlMs = DEFAULT_TTL_MS,
        replace = false,
        gateway,
      } = takeOptions(options, 'options', this.#registerOptions)
      const valid = validateIdentity(identity)
      const own = this.#messenger.hosts(valid) ? this.#messenger.gateway : null
      return this.#store.register({
        identity: valid,
        metadataJson: validateMetadata(metadata, this.#limits).json,
        ttlMs,
        replace,
        gateway: gateway === undefined ? own : this.#checkGateway(gateway),
      })
    })
  }

  /**
   * Renews a registration's TTL and leaves its metadata as it is.
   * @param ttlMs from now, in ms, an integer; 0 never expires.
   * @throws RegistryError `NOT_FOUND` if it was never made or has expired, `INVALID_IDENTITY`,
   *   `INVALID_ARGUMENT`
   */
  async heartbeat(identity: string, ttlMs: number = DEFAULT_TTL_MS): Promise<RegistrationTimes> {
    return this.#accept(() =>
      this.#store.heartbeat(validateIdentity(identity), this.#takeTtl(ttlMs, 'ttlMs')),
    )
  }

  /**
   * Has a registration name the gateway that its identity's subscriber has moved to. Metadata, times
   * and expiry stay as they are.
   * @param seen the registration as `enumerate` gave it. A later one of the same identity is left alone.
   * @param gateway the `gateway` of the registry that hosts the subscriber.
   * @returns whether the registration names it now; `false` if it has expired, was unregistered,
   *   registered anew, or moved elsewhere meanwhile.
   * @throws RegistryError `INVALID_IDENTITY`, `INVALID_ARGUMENT`
   */
  async moveTo(seen: SeenRegistration, gateway: string): Promise<boolean> {
    return this.#accept(() => {
      return this.#store.moveTo(takeSeen(seen), this.#checkGateway(gateway))
    })
  }

  /** Removes a registration for every process; `false` if there was none. */
  async unregister(identity: string): Promise<boolean> {
    return this.#accept(() => this.#store.unregister(validateIdentity(identity)))
  }

  /**
   * Lists live registrations: all that were made, by any process, before the call began.
   * @param filter `{}` matches all; `docs/filters.md` describes the language.
   * @throws RegistryError `INVALID_FILTER`, `INVALID_ARGUMENT`; the reason of `options.signal`
   */
  async enumerate(filter: Filter = {}, options: EnumerateOptions = {}): Promise<Enumeration> {
    return this.#accept(() => {
      const compiled = filterFrom(filter, this.#limits)
      const { order, signal, cut } = this.#pages.open(compiled, options)
      return unlessAborted(signal, async () => cut(await this.#store.view(compiled, order, signal)))
    })
  }

  /**
   * Streams the registrations that match, and then every change to them, made by any process: events
   * in the order of the changes, for `for await`. The stream ends without an error when the loop is
   * left, `options.signal` is aborted or the registry is closed. A consumer that is slower than the
   * changes gets the latest state of each identity. `docs/watch.md` has the details.
   *
   * The iterator rejects with `UNAVAILABLE` if the store is unreachable when the watch begins. If it
   * becomes unreachable later, the watch reports it, waits, and then yields the difference.
   * @param filter `{}` matches all.
   * @throws RegistryError at the call: `INVALID_FILTER`, `INVALID_ARGUMENT`, `CLOSED`
   */
  watch(filter: Filter = {}, options: WatchOptions = {}): WatchStream {
    this.#requireOpen()
    const compiled = filterFrom(filter, this.#limits)
    const { signal, ...rest } = watchOptionsFrom(options)
    return this.#store.watch({
      ...rest,
      filter: compiled,
      signals: [this.#closed, ...(signal === null ? [] : [signal])],
    })
  }

  /**
   * Sends a payload to every identity that matches, and waits for their receipts.
   * No match is a success with 0 targets.
   * @throws RegistryError `INVALID_FILTER`, `INVALID_ARGUMENT`; the reason of `options.signal`
   */
  async multicast(
    filter: Filter,
    payload: Uint8Array | string,
    options: MulticastOptions = {},
  ): Promise<MulticastResult> {
    return this.#accept(async () => {
      const { message, sendOptions } = requestOf(payload, options)
      const { signal } = sendOptions
      const compiled = filterFrom(filter, this.#limits)
      const lookUp = (identities: readonly string[]) => this.#store.lookUp(identities)
      const targets = await unlessAborted(signal, () => this.#store.selectTargets(compiled, signal))
      const statuses = await this.#messenger.send(message, targets, { ...sendOptions, lookUp })
      return summarize(message.id, statuses)
    })
  }

  /**
   * Receives the multicasts of one identity, or of each of a list; a second subscription of an
   * identity replaces the first. Subscribe first and register then: the registration names this registry's
   * gateway, and nothing is missed. One handler for very many, which tells them apart by the message's
   * `identity` or `index`, takes far less than one for each.
   * @throws RegistryError `INVALID_IDENTITY`, `INVALID_ARGUMENT`
   */
  async subscribe(
    identities: string | readonly string[],
    handler: MessageHandler,
  ): Promise<Subscription> {
    return this.#accept(() => {
      const valid = Array.isArray(identities)
        ? Array.from(identities, (identity: unknown) => validateIdentity(identity))
        : validateIdentity(identities)
      return this.#messenger.subscribe(valid, takeHandler(handler, 'handler'))
    })
  }

  /**
   * Receives the multicasts of every identity that matches, registered or not, unless it has a
   * subscription of its own; the message says which identity it is for.
   * @param pattern an identity in which `*` stands for any characters; `*` alone matches all.
   * @throws RegistryError `INVALID_ARGUMENT`
   */
  async subscribeMatching(pattern: string, handler: MessageHandler): Promise<Subscription> {
    return this.#accept(() => {
      return this.#messenger.subscribeMatching(
        text(pattern, 'pattern'),
        takeHandler(handler, 'handler'),
      )
    })
  }

  /** Removes everything in the namespace, whoever made it. */
  async clear(): Promise<void> {
    return this.#accept(() => this.#store.clear())
  }

  /**
   * Ends watches, waits for everything else that was accepted, and releases connections. Idempotent;
   * later calls reject with `CLOSED`.
   */
  close(): Promise<void> {
    this.#closed.abort()
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    // A multicast needs the messenger after the store, so neither is closed under one.
    if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve))
    this.#pages.close()
    await Promise.all([this.#messenger.close(), this.#store.close()])
  }

  async #accept<T>(call: () => Promise<T>): Promise<T> {
    this.#requireOpen()
    this.#underWay += 1
    try {
      return await call()
    } finally {
      this.#underWay -= 1
      if (this.#underWay === 0) this.#onIdle?.()
    }
  }

  /** Messages go to the registration's gateway, so it must be a gateway of this namespace. */
  #checkGateway(gateway: unknown): string {
    if (typeof gateway === 'string' && this.#messenger.isGateway(gateway)) return gateway
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `gateway: ${written(gateway)} is not a gateway of this namespace; use the \`gateway\` of the registry that hosts the identity`,
    )
  }

  #requireOpen(): void {
    if (this.#closing === null) return
    throw new RegistryError('CLOSED', 'The registry is closed; connect a new one.')
  }
}
