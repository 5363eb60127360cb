/** How hard a multicast tries; `docs/promises.md` states each promise and what breaks it. */
export type DeliveryGuarantee = 'at-most-once' | 'at-least-once' | 'exactly-once'

/**
 * What became of one target:
 * `DELIVERED` its subscriber confirmed receipt; `PENDING` the broker has it, and no receipt was
 * asked for, or (exactly-once) it is kept and none has come yet; `FAILED` no subscriber, a handler
 * that threw, or the broker refused; `TIMEOUT` no receipt within the time given.
 */
export type DeliveryStatus = 'DELIVERED' | 'PENDING' | 'FAILED' | 'TIMEOUT'

/** Whom to send to, and through which gateway (`null`: by the identity's own subject). */
export interface DeliveryTarget {
  readonly identity: string
  readonly gateway: string | null
}

/** What became of the targets of one send, by identity. */
export interface DeliveryReport extends ReadonlyMap<string, DeliveryStatus> {
  /** How many targets have each status. */
  readonly counts: Readonly<Record<DeliveryStatus, number>>
}

/** A message on its way out. */
export interface OutgoingMessage {
  /** 1 to 128 printable ASCII characters without spaces; the same for each resend. */
  readonly id: string
  readonly payload: Uint8Array
  /** Whether the caller chose the id, so that another call may send it again. Default `false`. */
  readonly repeatable?: boolean
}

/** A message as a subscriber gets it. */
export interface ReceivedMessage {
  readonly id: string
  readonly identity: string
  /**
   * The place of the identity in the list that was subscribed to, from 0, the last one if it is in it
   * twice; 0 for a single identity and for a pattern.
   */
  readonly index: number
  readonly payload: Uint8Array
}

/**
 * Receives the multicasts of one identity. The receipt is sent when it returns, or when what it
 * returns, a promise or any other object with a `then` method, is fulfilled. If it throws, or that is
 * rejected, the target is `FAILED`.
 */
export type MessageHandler = (message: ReceivedMessage) => void | PromiseLike<unknown>

/** A running subscription. */
export interface Subscription {
  /** Stops receiving. Idempotent. */
  unsubscribe(): Promise<void>
}

/** How one multicast is to be delivered. */
export interface SendOptions {
  readonly delivery: DeliveryGuarantee
  /** How long to wait for receipts, in ms, > 0. Nothing is sent after it has passed. */
  readonly timeoutMs: number
  /** `false`: hand to the broker and report `PENDING`. Only with `at-most-once`. */
  readonly receipts: boolean
  /**
   * The current gateways of targets, read before each resend (at-least-once). Those that it leaves
   * out are not sent to, and are looked up again the next time. If it rejects or takes longer than a
   * second, they are sent to at their last known gateways.
   */
  readonly lookUp?:
    | ((identities: readonly string[]) => Promise<readonly DeliveryTarget[]>)
    | undefined
  /**
   * Ends the send when it is aborted: no more is sent, looked up or waited for, and it rejects with the
   * signal's reason. What was sent stays sent.
   */
  readonly signal?: AbortSignal | undefined
  /** Told what is known of the targets when `signal` ends the send; receipts that come later count no more. */
  readonly onAborted?: ((report: DeliveryReport) => void) | undefined
}

/**
 * The messaging slot: carries messages to the subscribers of identities.
 *
 * Every implementation passes `messenger.contract.ts`. Calls reject with a `RegistryError`:
 * `UNAVAILABLE` when the broker can't be reached, `CLOSED` after `close()`.
 */
export interface Messenger {
  /** The address to name in the registrations of identities whose subscribers this process hosts. */
  readonly gateway: string

  /** Whether messages can go by `gateway`: whether it is the address of a gateway of this namespace, running or not. */
  isGateway(gateway: string): boolean

  /** Whether `identity` has a subscription made through this messenger, its own or by a pattern. */
  hosts(identity: string): boolean

  /**
   * Starts receiving the messages of an identity, or of several; resolved once the broker knows of
   * them. One subscription an identity: a second one replaces the first. A handler for many is
   * cheaper than one for each.
   */
  subscribe(identities: string | readonly string[], handler: MessageHandler): Promise<Subscription>

  /**
   * Starts receiving the messages of every identity that matches `pattern`, where `*` stands for any
   * characters, known or not; resolved once the broker knows of it. An identity's own subscription
   * goes before, then the latest pattern that matches. A second subscription of a pattern replaces the first.
   * @throws RegistryError `INVALID_ARGUMENT` for a pattern that no identity can match.
   */
  subscribeMatching(pattern: string, handler: MessageHandler): Promise<Subscription>

  /**
   * Sends to every target and gives the status of each. An identity that is named twice is reached the
   * first way.
   */
  send(
    message: OutgoingMessage,
    targets: Iterable<DeliveryTarget>,
    options: SendOptions,
  ): Promise<DeliveryReport>

  /** Stops receiving, drains what was accepted, releases connections. Idempotent. */
  close(): Promise<void>
}
