import { randomUUID } from 'node:crypto'
import { Backlog } from '../backlog.ts'
import { DeliveryStatuses } from '../delivery-statuses.ts'
import { type DurabilityOptions, durabilityOf, type Retention } from '../durability-options.ts'
import { RegistryError } from '../errors.ts'
import { validateGatewayName, validateMessageId } from '../names.ts'
import { HostedSubscribers } from '../hosted-subscribers.ts'
import { parseIdentityPattern } from '../identity-pattern.ts'
import type {
  DeliveryReport,
  DeliveryTarget,
  MessageHandler,
  Messenger,
  OutgoingMessage,
  SendOptions,
  Subscription,
} from '../messenger.ts'
import { OwnGateways } from '../own-gateways.ts'
import { checkSendOptions } from '../send-options.ts'
import { stoppableSend } from '../stoppable-send.ts'
import { rangesOfBitmap } from '../targets/bitmap.ts'
import { forEachNumber } from '../targets/ranges.ts'
import { numberOf, TargetSet } from '../targets/target-set.ts'
import { WakeUp } from '../waiting.ts'
import { Warnings } from '../warnings.ts'
import { MemoryBroker } from './memory-broker.ts'
import { MemoryFanOut } from './memory-fan-out.ts'

export { MemoryBroker } from './memory-broker.ts'

const CLOSE_PATIENCE_MS = 5_000

/** The limits and warnings of a memory messenger. */
export interface MemoryMessengerOptions {
  /** Receives a warning for each invalid input from outside. */
  readonly warnings?: Warnings
  /** See `NatsMessengerOptions`. */
  readonly maxBacklogBytes?: number
}

/** A messenger within one process; messengers that share a `MemoryBroker` reach each other. */
export class MemoryMessenger implements Messenger {
  readonly gateway: string
  readonly #broker: MemoryBroker
  readonly #retention: Retention | null
  readonly #subscribers: HostedSubscribers
  readonly #warnings: Warnings
  readonly #sends = new Set<Promise<unknown>>()
  #closing: Promise<void> | null = null

  /**
   * @param gatewayName messengers with the same name share messages. Default: a unique name.
   * @throws RegistryError `INVALID_ARGUMENT` for invalid options.
   */
  constructor(
    broker: MemoryBroker = new MemoryBroker(),
    durability?: DurabilityOptions,
    gatewayName: string = randomUUID(),
    { warnings = new Warnings(), maxBacklogBytes }: MemoryMessengerOptions = {},
  ) {
    this.#broker = broker
    this.#warnings = warnings
    this.#subscribers = new HostedSubscribers(new Backlog(maxBacklogBytes, warnings))
    const slot = durability === undefined ? null : durabilityOf(durability)
    this.#retention = slot === null ? null : broker.retain(slot.retentionMs)
    const name = slot?.gatewayName
    this.gateway = name
      ? broker.durableGatewayOf(name)
      : broker.gatewayOf(validateGatewayName(gatewayName, 'gatewayName'))
    broker.join(this.gateway, this.#subscribers)
    broker.mailboxOf(this.gateway)?.serve(this.#subscribers)
  }

  get backlogBytes(): number {
    return this.#subscribers.backlog.bytes
  }

  hosts(identity: string): boolean {
    return this.#subscribers.has(identity)
  }

  isGateway(gateway: string): boolean {
    return this.#broker.isGateway(gateway)
  }

  async subscribe(
    identities: string | readonly string[],
    handler: MessageHandler,
  ): Promise<Subscription> {
    this.#checkOpen()
    const list = typeof identities === 'string' ? [identities] : [...identities]
    const subscribed = { handler }
    for (const [index, identity] of list.entries()) {
      this.#subscribers.add(identity, subscribed, index)
      this.#broker.listen(this.#subscribers, identity)
    }
    return subscriptionOf(() => {
      for (const identity of list) {
        if (!this.#subscribers.remove(identity, subscribed)) continue
        this.#broker.unlisten(this.#subscribers, identity)
      }
    })
  }

  async subscribeMatching(pattern: string, handler: MessageHandler): Promise<Subscription> {
    this.#checkOpen()
    const remove = this.#subscribers.addMatching(parseIdentityPattern(pattern), handler)
    this.#broker.listenMatching(this.#subscribers, pattern)
    return subscriptionOf(() => {
      if (remove()) this.#broker.unlistenMatching(this.#subscribers, pattern)
    })
  }

  checkOptions(options: SendOptions): void {
    checkSendOptions(options, this.#retention)
  }

  async send(
    message: OutgoingMessage,
    targets: Iterable<DeliveryTarget>,
    options: SendOptions,
  ): Promise<DeliveryReport> {
    this.#checkOpen()
    this.checkOptions(options)
    validateMessageId(message.id)
    // A copy, as over a network: sender and subscribers may change their own.
    const copy = { ...message, payload: message.payload.slice() }
    const all = TargetSet.of(targets)
    const sending =
      options.delivery === 'exactly-once'
        ? this.#sendDurably(copy, all, options)
        : new MemoryFanOut(this.#broker, copy, all, this.#warnings, options).run()
    this.#sends.add(sending)
    try {
      return await sending
    } finally {
      this.#sends.delete(sending)
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#sends)
    this.#broker.leave(this.#subscribers)
    this.#broker.mailboxOf(this.gateway)?.leave(this.#subscribers)
    await this.#subscribers.idle(CLOSE_PATIENCE_MS)
  }

  #checkOpen(): void {
    if (this.#closing !== null) throw new RegistryError('CLOSED', 'The messenger is closed.')
  }

  /** Stores the message in the mailbox of every gateway that has one, and waits until it is handled. */
  async #sendDurably(
    message: OutgoingMessage,
    targets: TargetSet,
    options: SendOptions,
  ): Promise<DeliveryReport> {
    const { timeoutMs, signal } = options
    const deadline = performance.now() + timeoutMs
    const statuses = new DeliveryStatuses(targets, { retried: false })
    const handled = new WakeUp()
    return stoppableSend(options, statuses, handled, async () => {
      this.#keepForAll(message, targets, statuses, () => handled.notify())
      while (statuses.remaining > 0 && performance.now() < deadline) {
        signal?.throwIfAborted()
        await handled.sleepUntil(deadline)
      }
      return statuses.end()
    })
  }

  #keepForAll(
    message: OutgoingMessage,
    targets: TargetSet,
    statuses: DeliveryStatuses,
    onHandled: () => void,
  ): void {
    const gateways = new OwnGateways((gateway) => this.isGateway(gateway), this.#warnings)
    for (const [part, { table, slots }] of targets.parts.entries()) {
      const { gateway, names } = table
      const ranges = rangesOfBitmap(slots)
      const isOwn = gateways.accept(gateway, names[ranges[0] ?? 0])
      const mailbox = isOwn ? this.#broker.mailboxOf(gateway) : null
      if (mailbox === null) {
        statuses.settleSlots(part, ranges, false)
        continue
      }
      statuses.handOver(part, ranges)
      const recipients = new Map<string, number>()
      forEachNumber(ranges, (slot) => recipients.set(names[slot] ?? '', numberOf(part, slot)))
      mailbox.keep(message, [...recipients.keys()], (identity) => {
        statuses.settle(recipients.get(identity) ?? -1, true)
        onHandled()
      })
    }
  }
}

function subscriptionOf(remove: () => void): Subscription {
  return {
    unsubscribe: async () => {
      remove()
    },
  }
}
