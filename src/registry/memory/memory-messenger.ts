import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { DeliveryStatuses } from '../delivery-statuses.ts'
import { type Durability, durabilityOf, type DurabilityOptions } from '../durability-options.ts'
import { RegistryError } from '../errors.ts'
import { EventLoopBudget } from '../event-loop-budget.ts'
import { GATEWAY_NAME, validateGatewayName } from '../gateway-name.ts'
import { HostedSubscribers } from '../hosted-subscribers.ts'
import { validateNamespace } from '../identity.ts'
import { parseIdentityPattern } from '../identity-pattern.ts'
import type {
  DeliveryStatus,
  DeliveryTarget,
  MessageHandler,
  Messenger,
  OutgoingMessage,
  SendOptions,
  Subscription,
} from '../messenger.ts'
import { checkSendOptions } from '../send-options.ts'
import { groupIntoLanes } from '../lanes.ts'
import { settledWithin } from '../settled-within.ts'
import { WakeUp } from '../wake-up.ts'
import { Mailbox } from './mailbox.ts'

const TURN_BUDGET_MS = 2
const CLOSE_PATIENCE_MS = 5_000
/** When at-least-once tries again those that were not handled, in ms. */
const RESEND_MS = 100
/**
 * What connects the messengers of one namespace within a process: who hosts what. Messengers of
 * different brokers don't reach each other.
 */
export class MemoryBroker {
  readonly #gatewayPrefix: string
  readonly #durablePrefix: string
  /** Those who share the messages of each gateway. */
  readonly #gateways = new Map<string, readonly HostedSubscribers[]>()
  #turn = 0
  readonly #mailboxes = new Map<string, Mailbox>()

  /** @throws RegistryError `INVALID_ARGUMENT` for a namespace that is not valid. */
  constructor(namespace = 'memory') {
    this.#gatewayPrefix = `memory-gateway.${validateNamespace(namespace)}.`
    this.#durablePrefix = `${this.#gatewayPrefix}durable.`
  }

  /** The address of a gateway by its name. */
  gatewayOf(name: string): string {
    return this.#gatewayPrefix + name
  }

  /** The address of a durable gateway by its name. */
  durableGatewayOf(name: string): string {
    return this.#durablePrefix + name
  }

  /** Whether `gateway` is the address of a gateway of this namespace. */
  isGateway(gateway: string): boolean {
    return [this.#gatewayPrefix, this.#durablePrefix].some(
      (prefix) => gateway.startsWith(prefix) && GATEWAY_NAME.test(gateway.slice(prefix.length)),
    )
  }

  /** What is kept for a durable gateway; `null` for any other gateway. */
  mailboxOf(gateway: string | null): Mailbox | null {
    if (!gateway?.startsWith(this.#durablePrefix)) return null
    let mailbox = this.#mailboxes.get(gateway)
    if (mailbox === undefined) {
      mailbox = new Mailbox()
      this.#mailboxes.set(gateway, mailbox)
    }
    return mailbox
  }

  /** The subscribers that a message to `target` reaches. */
  hostsOf({ identity, gateway }: DeliveryTarget): readonly HostedSubscribers[] {
    if (gateway === null) {
      return Array.from(this.#gateways.values()).flatMap((sharing) => {
        const own = sharing.filter((hosts) => hosts.hasOwn(identity))
        return own.length > 0 ? own : this.#oneOf(sharing.filter((hosts) => hosts.has(identity)))
      })
    }
    const sharing = this.#gateways.get(gateway) ?? []
    return this.#oneOf(sharing).filter((hosts) => hosts.has(identity))
  }

  /** Puts subscribers behind a gateway, beside those who are there. */
  join(gateway: string, subscribers: HostedSubscribers): void {
    this.#gateways.set(gateway, [...(this.#gateways.get(gateway) ?? []), subscribers])
  }

  leave(gateway: string, subscribers: HostedSubscribers): void {
    const others = this.#gateways.get(gateway)?.filter((each) => each !== subscribers) ?? []
    if (others.length > 0) this.#gateways.set(gateway, others)
    else this.#gateways.delete(gateway)
  }

  /** Each in turn; none of none. */
  #oneOf(sharing: readonly HostedSubscribers[]): readonly HostedSubscribers[] {
    if (sharing.length < 2) return sharing
    this.#turn += 1
    const at = this.#turn % sharing.length
    return sharing.slice(at, at + 1)
  }
}

/** The messaging slot within one process; messengers that share a `MemoryBroker` reach each other. */
export class MemoryMessenger implements Messenger {
  readonly gateway: string
  readonly #broker: MemoryBroker
  readonly #durability: Durability | null
  readonly #subscribers = new HostedSubscribers()
  readonly #sends = new Set<Promise<unknown>>()
  #closing: Promise<void> | null = null

  /**
   * @param gatewayName shared by messengers that share messages; by default a name of its own.
   * @throws RegistryError `INVALID_ARGUMENT` for options out of range.
   */
  constructor(
    broker: MemoryBroker = new MemoryBroker(),
    durability?: DurabilityOptions,
    gatewayName: string = randomUUID(),
  ) {
    this.#broker = broker
    this.#durability = durability === undefined ? null : durabilityOf(durability)
    const name = this.#durability?.gatewayName
    this.gateway = name
      ? broker.durableGatewayOf(name)
      : broker.gatewayOf(validateGatewayName(gatewayName, 'gatewayName'))
    broker.join(this.gateway, this.#subscribers)
    broker.mailboxOf(this.gateway)?.serve(this.#subscribers)
  }

  hosts(identity: string): boolean {
    return this.#subscribers.has(identity)
  }

  isGateway(gateway: string): boolean {
    return this.#broker.isGateway(gateway)
  }

  async subscribe(identity: string, handler: MessageHandler): Promise<Subscription> {
    this.#checkOpen()
    return subscriptionOf(this.#subscribers.add(identity, handler))
  }

  async subscribeMatching(pattern: string, handler: MessageHandler): Promise<Subscription> {
    this.#checkOpen()
    return subscriptionOf(this.#subscribers.addMatching(parseIdentityPattern(pattern), handler))
  }

  async send(
    message: OutgoingMessage,
    targets: readonly DeliveryTarget[],
    options: SendOptions,
  ): Promise<ReadonlyMap<string, DeliveryStatus>> {
    this.#checkOpen()
    checkSendOptions(options, this.#durability)
    // A copy, as over a network: what sender and subscribers do to theirs is their own affair.
    const copy = { ...message, payload: message.payload.slice() }
    const sending =
      options.delivery === 'exactly-once' && this.#durability !== null
        ? this.#sendDurably(copy, targets, options, this.#durability)
        : this.#send(copy, targets, options)
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
    this.#broker.leave(this.gateway, this.#subscribers)
    this.#broker.mailboxOf(this.gateway)?.leave(this.#subscribers)
    await this.#subscribers.idle(CLOSE_PATIENCE_MS)
  }

  #checkOpen(): void {
    if (this.#closing !== null) throw new RegistryError('CLOSED', 'The messenger is closed.')
  }

  async #send(
    message: OutgoingMessage,
    targets: readonly DeliveryTarget[],
    options: SendOptions,
  ): Promise<ReadonlyMap<string, DeliveryStatus>> {
    const deadline = performance.now() + options.timeoutMs
    const resendable = options.delivery !== 'at-most-once'
    const statuses = new DeliveryStatuses({ retried: resendable })
    const leftMs = (): number => Math.max(0, deadline - performance.now())
    const budget = new EventLoopBudget(TURN_BUDGET_MS)
    let open: DeliveryTarget[] = []
    for (const target of targets) {
      if (budget.exhausted) await budget.renew()
      if (statuses.enter(target.identity)) open.push(target)
    }
    for (;;) {
      const running = await this.#sendOnce(message, open, options, deadline, statuses)
      if (options.receipts && running.length > 0) {
        await settledWithin(running, resendable ? Math.min(RESEND_MS, leftMs()) : leftMs())
      }
      open = open.filter(({ identity }) => statuses.isOpen(identity))
      if (!resendable || open.length === 0 || leftMs() === 0) return statuses.end()
      await delay(Math.min(RESEND_MS, leftMs()))
    }
  }

  /** Hands the message to each target once; gives the handlers that are still running. */
  async #sendOnce(
    message: OutgoingMessage,
    targets: readonly DeliveryTarget[],
    options: SendOptions,
    deadline: number,
    statuses: DeliveryStatuses,
  ): Promise<readonly Promise<void>[]> {
    const budget = new EventLoopBudget(TURN_BUDGET_MS)
    const resendable = options.delivery !== 'at-most-once'
    const running: Promise<void>[] = []
    for (const target of targets) {
      if (budget.exhausted) await budget.renew()
      const { identity } = target
      if (performance.now() >= deadline) break
      const hosts = this.#broker.hostsOf(target)
      if (!options.receipts) statuses.handOver(identity)
      else if (hosts.length === 0) statuses.settle(identity, false)
      for (const subscribers of hosts) {
        const outcome = subscribers.deliver({ ...message, identity }, resendable)
        if (!options.receipts) continue
        if (typeof outcome === 'boolean') statuses.settle(identity, outcome)
        else running.push(outcome.then((handled) => statuses.settle(identity, handled)))
      }
    }
    return running
  }

  /** Keeps the message for every gateway that has a mailbox, and waits for who handles it. */
  async #sendDurably(
    message: OutgoingMessage,
    targets: readonly DeliveryTarget[],
    { timeoutMs }: SendOptions,
    { retentionMs }: Durability,
  ): Promise<ReadonlyMap<string, DeliveryStatus>> {
    const deadline = performance.now() + timeoutMs
    const statuses = new DeliveryStatuses({ retried: false })
    const lanes = await groupIntoLanes(targets, statuses, new EventLoopBudget(TURN_BUDGET_MS))
    const handled = new WakeUp()
    for (const { gateway, identities } of lanes) {
      const mailbox = this.#broker.mailboxOf(gateway)
      if (mailbox === null) {
        for (const identity of identities) statuses.settle(identity, false)
        continue
      }
      for (const identity of identities) statuses.handOver(identity)
      mailbox.keep(message, identities, retentionMs, (identity) => {
        statuses.settle(identity, true)
        handled.notify()
      })
    }
    while (statuses.remaining > 0 && performance.now() < deadline) {
      await handled.sleepUntil(deadline)
    }
    return statuses.end()
  }
}

function subscriptionOf(remove: () => boolean): Subscription {
  return {
    unsubscribe: async () => {
      remove()
    },
  }
}
