import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { DeliveryStatuses } from '../delivery-statuses.ts'
import { RegistryError } from '../errors.ts'
import { EventLoopBudget } from '../event-loop-budget.ts'
import { HostedSubscribers } from '../hosted-subscribers.ts'
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
import { settledWithin } from '../settled-within.ts'

const TURN_BUDGET_MS = 2
const CLOSE_PATIENCE_MS = 5_000
/** When at-least-once tries again those that were not handled, in ms. */
const RESEND_MS = 100

/** What connects the messengers of one process: who hosts what. */
export class MemoryBroker {
  readonly gateways = new Map<string, HostedSubscribers>()

  /** The subscribers that a message to `target` reaches. */
  hostsOf({ identity, gateway }: DeliveryTarget): readonly HostedSubscribers[] {
    if (gateway === null) return Array.from(this.gateways.values()).filter((h) => h.has(identity))
    const hosts = this.gateways.get(gateway)
    return hosts?.has(identity) ? [hosts] : []
  }
}

/** The messaging slot within one process; messengers that share a `MemoryBroker` reach each other. */
export class MemoryMessenger implements Messenger {
  readonly gateway = `memory-gateway.${randomUUID()}`
  readonly #broker: MemoryBroker
  readonly #subscribers = new HostedSubscribers()
  readonly #sends = new Set<Promise<unknown>>()
  #closing: Promise<void> | null = null

  constructor(broker: MemoryBroker = new MemoryBroker()) {
    this.#broker = broker
    broker.gateways.set(this.gateway, this.#subscribers)
  }

  hosts(identity: string): boolean {
    return this.#subscribers.has(identity)
  }

  async subscribe(identity: string, handler: MessageHandler): Promise<Subscription> {
    this.#checkOpen()
    const remove = this.#subscribers.add(identity, handler)
    return {
      unsubscribe: async () => {
        remove()
      },
    }
  }

  async send(
    message: OutgoingMessage,
    targets: readonly DeliveryTarget[],
    options: SendOptions,
  ): Promise<ReadonlyMap<string, DeliveryStatus>> {
    this.#checkOpen()
    checkSendOptions(options, false)
    // A copy, as over a network: what sender and subscribers do to theirs is their own affair.
    const sending = this.#send({ ...message, payload: message.payload.slice() }, targets, options)
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
    this.#broker.gateways.delete(this.gateway)
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
    const statuses = new DeliveryStatuses(options.delivery)
    const resendable = options.delivery !== 'at-most-once'
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
      open = open.filter(({ identity }) => !statuses.delivered(identity))
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
}
