import type { ConnectionCounts } from './connection-counts.ts'

/** Delivery guarantees; `docs/promises.md` states each promise and what breaks it. */
export type DeliveryGuarantee = 'at-most-once' | 'at-least-once' | 'exactly-once'

/**
 * The outcome for one target:
 * - `DELIVERED`: its subscriber confirmed receipt
 * - `PENDING`: the broker has the message and no receipt was requested, or (exactly-once) the message is
 *   stored and no receipt has arrived yet
 * - `FAILED`: it has no subscriber, the handler threw, or the broker refused the message
 * - `TIMEOUT`: no receipt arrived in time
 */
export type DeliveryStatus = 'DELIVERED' | 'PENDING' | 'FAILED' | 'TIMEOUT'

/** A recipient, and the gateway that reaches it (`null`: the identity's own subject). */
export interface DeliveryTarget {
  readonly identity: string
  readonly gateway: string | null
}

/** The outcome of one send by identity. */
export interface DeliveryReport extends ReadonlyMap<string, DeliveryStatus> {
  /** The number of targets by status. */
  readonly counts: Readonly<Record<DeliveryStatus, number>>
}

/** A message to send. */
export interface OutgoingMessage {
  /** 1 to 128 printable ASCII characters without spaces; the same in each resend. */
  readonly id: string
  readonly payload: Uint8Array
  /** Whether the caller chose the id, so another call may reuse it. Default `false`. */
  readonly repeatable?: boolean
}

/** A message as subscribers receive it. */
export interface ReceivedMessage {
  readonly id: string
  readonly identity: string
  /**
   * The index of the identity in the subscribed list, from 0; the last index if the list has it twice; 0
   * for a single identity and for a pattern.
   */
  readonly index: number
  readonly payload: Uint8Array
}

/**
 * Handles the multicasts to an identity. The receipt is sent when the handler returns or, if it returns
 * a promise (any object with a `then` method), when that is fulfilled. If the handler throws or the
 * promise is rejected, the target is `FAILED`.
 */
export type MessageHandler = (message: ReceivedMessage) => void | PromiseLike<unknown>

/** A running subscription. */
export interface Subscription {
  /** Stops receiving. Idempotent. */
  unsubscribe(): Promise<void>
}

/** How to deliver one message. */
export interface SendOptions {
  readonly delivery: DeliveryGuarantee
  /** How long to wait for receipts, in ms, > 0. Nothing is sent afterwards. */
  readonly timeoutMs: number
  /** `false`: hand over to the broker and report `PENDING`. Only with `at-most-once`. */
  readonly receipts: boolean
  /**
   * Looks up the current gateways of targets before each resend (at-least-once). A resend skips targets
   * missing from the result, which are looked up again before the next one. If the look-up rejects or
   * takes longer than 1 s, the last known gateways are used.
   */
  readonly lookUp?:
    | ((identities: readonly string[]) => Promise<readonly DeliveryTarget[]>)
    | undefined
  /**
   * Cancels the send: it stops sending, looking up and waiting, and rejects with the signal's reason.
   * Messages that were sent may still be handled.
   */
  readonly signal?: AbortSignal | undefined
  /** Receives the outcome so far when `signal` cancels the send; later receipts don't count. */
  readonly onAborted?: ((report: DeliveryReport) => void) | undefined
}

/**
 * The messaging slot: carries messages to the subscribers of identities.
 *
 * Every implementation passes `messenger.contract.ts`. Calls reject with a `RegistryError`:
 * `UNAVAILABLE` if the broker is unreachable, `CLOSED` after `close()`.
 */
export interface Messenger {
  /** The address of this messenger, for registrations of the identities that it hosts. */
  readonly gateway: string

  /** Its connections at present; a messenger without connections needs no such property. */
  readonly connections?: ConnectionCounts

  /** Received messages that handlers are not done with, in bytes, for metrics; a messenger may not know. */
  readonly backlogBytes?: number

  /** Whether `gateway` is the address of a gateway of this namespace, running or not. */
  isGateway(gateway: string): boolean

  /** Whether this messenger hosts a subscription of `identity`, its own or by a pattern. */
  hosts(identity: string): boolean

  /**
   * Starts receiving the messages to one or more identities; resolves once the broker knows of the
   * subscriptions. An identity has one subscription: a second one replaces the first. One handler for
   * many identities is cheaper than one each.
   */
  subscribe(identities: string | readonly string[], handler: MessageHandler): Promise<Subscription>

  /**
   * Starts receiving the messages to every identity that matches `pattern`, in which `*` stands for any
   * characters; resolves once the broker knows of it. An identity's own subscription takes precedence,
   * then the latest matching pattern. A second subscription of a pattern replaces the first.
   * @throws RegistryError `INVALID_ARGUMENT` for a pattern that no identity can match.
   */
  subscribeMatching(pattern: string, handler: MessageHandler): Promise<Subscription>

  /**
   * Refuses options that `send` would refuse, so that nothing is charged for them. A messenger without it refuses in `send`.
   * @throws RegistryError `INVALID_ARGUMENT`
   */
  checkOptions?(options: SendOptions): void

  /**
   * Sends to every target and reports the status of each. If an identity is listed twice, its first
   * gateway is used.
   */
  send(
    message: OutgoingMessage,
    targets: Iterable<DeliveryTarget>,
    options: SendOptions,
  ): Promise<DeliveryReport>

  /** Stops receiving, finishes accepted messages, releases connections. Idempotent. */
  close(): Promise<void>
}
