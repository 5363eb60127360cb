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
import { stateOf, type RegistryConnections } from './connection-counts.ts'
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
import type { OperationName } from './telemetry/operation.ts'
import { type Telemetry, telemetryOf } from './telemetry/telemetry.ts'
import { registryMetrics, type RegistryMetrics } from './telemetry/registry-metrics.ts'
import { unlessAborted } from './waiting.ts'
import { type RegistryWarningCode, Warnings } from './warnings.ts'
import { Ending } from './watch/ending.ts'
import type { WatchStream } from './watch/watch-event.ts'
import { watchOptionsFrom, type WatchOptions } from './watch/watch-options.ts'

/** Options of `register`. */
export interface RegisterOptions {
  /** Time to live in whole ms; 0 never expires. Default 300,000. */
  readonly ttlMs?: number
  /** Whether to overwrite a live registration of the same identity. Default `false`. */
  readonly replace?: boolean
  /**
   * The `gateway` of the registry that hosts the identity's subscriber. Default: this registry's own
   * if it hosts one; otherwise none, and messages go to the identity's own subject.
   */
  readonly gateway?: string
}

const DEFAULT_TTL_MS = 300_000

/**
 * A multicast registry: registers identities with metadata and a TTL, lists and watches them by
 * filter, and sends to them.
 *
 * Calls reject with a `RegistryError`: `UNAVAILABLE` if a server is unreachable or refuses, `CLOSED`
 * after `close()`, and the codes documented on each method. `enumerate` and `multicast` take an
 * `AbortSignal` and reject with its reason. Writes take none, because a command that was sent can't
 * be recalled.
 */
export class MulticastRegistry {
  /** Empty unless the registry was connected to servers. */
  readonly namespace: string
  /** The limits in force. */
  readonly limits: RegistryLimits
  readonly #store: RegistryStore
  readonly #messenger: Messenger
  readonly #warnings: Warnings
  readonly #telemetry: Telemetry
  readonly #metrics: RegistryMetrics | null
  readonly #pages: Pages
  readonly #takeTtl: Take<number>
  readonly #registerOptions: Takes<RegisterOptions>
  #underWay = 0
  #onIdle: (() => void) | null = null
  #closing: Promise<void> | null = null
  /** Aborted by `close()` to end the watches. */
  readonly #closed = new Ending()

  /**
   * @param slots owned by the registry: `close()` closes them.
   * @throws RegistryError `INVALID_ARGUMENT`
   */
  constructor(slots: RegistrySlots) {
    const { store, messenger, namespace = '', limits, warnings, telemetry } = takeSlots(slots)
    this.namespace = namespace
    this.#store = store
    this.#messenger = messenger
    this.limits = limitsFrom(limits)
    this.#warnings = warnings ?? new Warnings()
    this.#telemetry = telemetry ?? telemetryOf(true)
    this.#metrics = registryMetrics(this.#telemetry.isOn, namespace, () => ({
      store: this.#store.observed,
      backlogBytes: this.#messenger.backlogBytes,
      redis: this.#store.connections,
      nats: this.#messenger.connections,
      warnings: this.warnings,
    }))
    this.#pages = new Pages(namespace)
    this.#takeTtl = wholeNumber(0, this.limits.maxTtlMs)
    this.#registerOptions = { ttlMs: this.#takeTtl, replace: trueOrFalse, gateway: text }
  }

  /** The number of warnings by code; codes without warnings are left out. */
  get warnings(): ReadonlyMap<RegistryWarningCode, number> {
    return this.#warnings.counts
  }

  /** Whether Redis and NATS are connected at present; `down` once the registry is closed. Asks no server. */
  get connections(): RegistryConnections {
    if (this.#closing !== null) return { redis: 'down', nats: 'down' }
    return {
      redis: stateOf(this.#store.connections),
      nats: stateOf(this.#messenger.connections),
    }
  }

  /** The address of this registry's subscribers, for registrations made by other registries. */
  get gateway(): string {
    return this.#messenger.gateway
  }

  /**
   * Registers an identity atomically; every process sees it.
   * @param metadata a JSON object.
   * @throws RegistryError `ALREADY_EXISTS`, `QUOTA_EXCEEDED`, `RATE_LIMITED`, `INVALID_IDENTITY`,
   *   `INVALID_METADATA`, `INVALID_ARGUMENT`
   */
  async register(
    identity: string,
    metadata: Metadata,
    options: RegisterOptions = {},
  ): Promise<RegistrationTimes> {
    return this.#accept('register', () => {
      const {
        ttlMs = DEFAULT_TTL_MS,
        replace = false,
        gateway,
      } = takeOptions(options, 'options', this.#registerOptions)
      const valid = validateIdentity(identity)
      const own = this.#messenger.hosts(valid) ? this.#messenger.gateway : null
      return this.#store.register({
        identity: valid,
        metadataJson: validateMetadata(metadata, this.limits).json,
        ttlMs,
        replace,
        gateway: gateway === undefined ? own : this.#checkGateway(gateway),
      })
    })
  }

  /**
   * Renews a registration's TTL; metadata stays.
   * @param ttlMs from now, in whole ms; 0 never expires.
   * @throws RegistryError `NOT_FOUND` if the identity was never registered or has expired, `QUOTA_EXCEEDED`, `INVALID_IDENTITY`,
   *   `INVALID_ARGUMENT`
   */
  async heartbeat(identity: string, ttlMs: number = DEFAULT_TTL_MS): Promise<RegistrationTimes> {
    return this.#accept('heartbeat', () =>
      this.#store.heartbeat(validateIdentity(identity), this.#takeTtl(ttlMs, 'ttlMs')),
    )
  }

  /**
   * Changes the gateway of a registration whose subscriber has moved. Metadata, times and expiry stay.
   * @param seen the registration as returned by `enumerate`. A later registration of the same identity
   *   is not changed.
   * @param gateway the `gateway` of the registry that now hosts the subscriber.
   * @returns whether the registration now has this gateway; `false` if it has expired, been
   *   unregistered or replaced, or moved to a third gateway.
   * @throws RegistryError `INVALID_IDENTITY`, `INVALID_ARGUMENT`
   */
  async moveTo(seen: SeenRegistration, gateway: string): Promise<boolean> {
    return this.#accept('move', () => {
      return this.#store.moveTo(takeSeen(seen), this.#checkGateway(gateway))
    })
  }

  /** Removes a registration for every process; returns `false` if the identity was not registered. */
  async unregister(identity: string): Promise<boolean> {
    return this.#accept('unregister', () => this.#store.unregister(validateIdentity(identity)))
  }

  /**
   * Lists live registrations, including all that any process made before the call.
   * @param filter `{}` matches everything; `docs/filters.md` describes the language.
   * @throws RegistryError `INVALID_FILTER`, `INVALID_ARGUMENT`; the reason of `options.signal`
   */
  async enumerate(filter: Filter = {}, options: EnumerateOptions = {}): Promise<Enumeration> {
    return this.#accept('enumerate', () => {
      const compiled = filterFrom(filter, this.limits)
      const { order, signal, cut } = this.#pages.open(compiled, options)
      return unlessAborted(signal, async () => cut(await this.#store.view(compiled, order, signal)))
    })
  }

  /**
   * Streams the matching registrations, then every change that any process makes to them, in order;
   * use `for await`. The stream ends without an error when the loop exits, `options.signal` is aborted
   * or the registry closes. A consumer slower than the changes gets the latest state of each identity.
   * See `docs/watch.md`.
   *
   * The iterator rejects with `UNAVAILABLE` if the store is unreachable when the watch begins. If the
   * store becomes unreachable later, the watch reports it, waits, then yields the difference.
   * @param filter `{}` matches everything.
   * @throws RegistryError synchronously: `INVALID_FILTER`, `INVALID_ARGUMENT`, `CLOSED`
   */
  watch(filter: Filter = {}, options: WatchOptions = {}): WatchStream {
    this.#requireOpen()
    const compiled = filterFrom(filter, this.limits)
    const { signal, ...rest } = watchOptionsFrom(options)
    const request = {
      ...rest,
      filter: compiled,
      signals: [this.#closed, ...(signal === null ? [] : [signal])],
    }
    return this.#telemetry.watch(() => this.#store.watch(request))
  }

  /**
   * Sends a payload to every matching identity and waits for receipts. No match is a success with 0
   * targets. Under quotas it is charged once, however often it is resent, before anything is sent.
   * @throws RegistryError `INVALID_FILTER`, `INVALID_ARGUMENT`, `QUOTA_EXCEEDED`, `RATE_LIMITED`; the reason of `options.signal`
   */
  async multicast(
    filter: Filter,
    payload: Uint8Array | string,
    options: MulticastOptions = {},
  ): Promise<MulticastResult> {
    return this.#accept('multicast', async () => {
      const { message, sendOptions } = requestOf(payload, options)
      const { signal } = sendOptions
      const compiled = filterFrom(filter, this.limits)
      const lookUp = (identities: readonly string[]) => this.#store.lookUp(identities)
      const targets = await unlessAborted(signal, () => this.#store.selectTargets(compiled, signal))
      this.#messenger.checkOptions?.(sendOptions)
      const { size } = targets
      await unlessAborted(signal, async () =>
        this.#store.chargeMulticast?.(size, message.payload.byteLength),
      )
      const statuses = await this.#messenger.send(message, targets, { ...sendOptions, lookUp })
      const result = summarize(message.id, statuses)
      this.#metrics?.multicast(result)
      this.#telemetry.sent(result)
      return result
    })
  }

  /**
   * Receives the multicasts to one identity or to each of a list. A second subscription of an identity
   * replaces the first. Subscribe before you register: the registration then names this registry's
   * gateway, and no message is missed. For many identities, one handler that distinguishes them by the
   * message's `identity` or `index` uses far less memory than one handler each.
   * @throws RegistryError `INVALID_IDENTITY`, `INVALID_ARGUMENT`
   */
  async subscribe(
    identities: string | readonly string[],
    handler: MessageHandler,
  ): Promise<Subscription> {
    return this.#accept('subscribe', () => {
      const valid = Array.isArray(identities)
        ? Array.from(identities, (identity: unknown) => validateIdentity(identity))
        : validateIdentity(identities)
      return this.#messenger.subscribe(valid, takeHandler(handler, 'handler'))
    })
  }

  /**
   * Receives the multicasts to every matching identity, registered or not, that has no subscription of
   * its own; the message names its identity.
   * @param pattern an identity in which `*` stands for any characters; `*` alone matches everything.
   * @throws RegistryError `INVALID_ARGUMENT`
   */
  async subscribeMatching(pattern: string, handler: MessageHandler): Promise<Subscription> {
    return this.#accept('subscribe_matching', () => {
      return this.#messenger.subscribeMatching(
        text(pattern, 'pattern'),
        takeHandler(handler, 'handler'),
      )
    })
  }

  /** Removes all registrations of the namespace, whichever process made them. */
  async clear(): Promise<void> {
    return this.#accept('clear', () => this.#store.clear())
  }

  /**
   * Ends watches, waits for calls in progress, and releases connections. Idempotent; later calls reject
   * with `CLOSED`.
   */
  close(): Promise<void> {
    this.#closed.abort()
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    // A multicast uses the store, then the messenger, so both stay open until it ends.
    if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve))
    this.#pages.close()
    this.#metrics?.close()
    await Promise.all([this.#messenger.close(), this.#store.close()])
  }

  async #accept<T>(name: OperationName, call: () => Promise<T>): Promise<T> {
    this.#requireOpen()
    this.#underWay += 1
    try {
      return await this.#telemetry.operation(name, call, this.#metrics?.operationEnded ?? null)
    } finally {
      this.#underWay -= 1
      if (this.#underWay === 0) this.#onIdle?.()
    }
  }

  /** Messages are sent to a registration's gateway, so it must belong to this namespace. */
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
