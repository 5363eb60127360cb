import type { HeldMessage } from '../backlog.ts'
import { DeliveryStatuses } from '../delivery-statuses.ts'
import { EventLoopBudget } from '../event-loop-budget.ts'
import type { HostedSubscribers } from '../hosted-subscribers.ts'
import { lookUpOpen } from '../look-up.ts'
import type { DeliveryReport, DeliveryTarget, OutgoingMessage, SendOptions } from '../messenger.ts'
import { OwnGateways } from '../own-gateways.ts'
import { stoppableSend } from '../stoppable-send.ts'
import { type NumberedTarget, partOf, slotOf, type TargetSet } from '../targets/target-set.ts'
import { WakeUp } from '../waiting.ts'
import type { Warnings } from '../warnings.ts'
import type { MemoryBroker } from './memory-broker.ts'

const TURN_BUDGET_MS = 2
/** When at-least-once retries unhandled messages, in ms. */
const RESEND_MS = 100

/** One multicast in progress within a process. */
export class MemoryFanOut {
  readonly #broker: MemoryBroker
  readonly #message: OutgoingMessage
  readonly #options: SendOptions
  readonly #resendable: boolean
  readonly #deadline: number
  readonly #targets: TargetSet
  readonly #statuses: DeliveryStatuses
  readonly #budget: EventLoopBudget
  readonly #wakeUp = new WakeUp()
  readonly #gateways: OwnGateways

  constructor(
    broker: MemoryBroker,
    message: OutgoingMessage,
    targets: TargetSet,
    warnings: Warnings,
    options: SendOptions,
  ) {
    this.#broker = broker
    this.#gateways = new OwnGateways((gateway) => broker.isGateway(gateway), warnings)
    this.#message = message
    this.#options = options
    this.#budget = new EventLoopBudget(TURN_BUDGET_MS, options.signal)
    this.#resendable = options.delivery !== 'at-most-once'
    this.#deadline = performance.now() + options.timeoutMs
    this.#targets = targets
    this.#statuses = new DeliveryStatuses(targets, { retried: this.#resendable })
  }

  /** Sends to all targets and waits for receipts. @throws the reason of `options.signal`. */
  run(): Promise<DeliveryReport> {
    return stoppableSend(this.#options, this.#statuses, this.#wakeUp, () => this.#run())
  }

  async #run(): Promise<DeliveryReport> {
    const statuses = this.#statuses
    let open: Iterable<NumberedTarget> = this.#targets
    for (;;) {
      await this.#sendOnce(open)
      const now = performance.now()
      const until = this.#resendable ? Math.min(now + RESEND_MS, this.#deadline) : this.#deadline
      if (this.#options.receipts) await this.#waitForReceipts(until)
      if (!this.#resendable || statuses.remaining === 0) return statuses.end()
      if (performance.now() >= this.#deadline) return statuses.end()
      const found = await lookUpOpen(this.#options, [...statuses.open()], this.#deadline)
      open = found.filter(({ number }) => statuses.isOpen(number))
    }
  }

  /** Hands the message to each target once. */
  async #sendOnce(targets: Iterable<NumberedTarget>): Promise<void> {
    const held = new Map<HostedSubscribers, HeldMessage | null>()
    try {
      for (const target of targets) {
        if (this.#budget.check()) await this.#budget.renew()
        if (performance.now() >= this.#deadline) break
        const { number } = target
        const hosts = this.#hostsOf(target)
        if (!this.#options.receipts) {
          this.#statuses.handOver(partOf(number), [slotOf(number), slotOf(number)])
        } else if (hosts.length === 0) this.#settle(number, false)
        for (const subscribers of hosts) this.#deliver(target, subscribers, held)
      }
    } finally {
      for (const each of held.values()) each?.handedOut()
    }
  }

  #deliver(
    { identity, number }: NumberedTarget,
    subscribers: HostedSubscribers,
    held: Map<HostedSubscribers, HeldMessage | null>,
  ): void {
    let admitted = held.get(subscribers)
    if (admitted === undefined) {
      admitted = subscribers.backlog.admit(this.#message.payload.length)
      held.set(subscribers, admitted)
    }
    const { id, payload } = this.#message
    if (admitted === null) this.#settle(number, false)
    // The receipt for the first copy covers this one.
    else if (!this.#resendable || !subscribers.isBusyWith(id, identity)) {
      const outcome = subscribers.deliver({ id, identity, payload }, this.#resendable, admitted)
      if (typeof outcome === 'boolean') this.#settle(number, outcome)
      else void outcome.then((handled) => this.#settle(number, handled))
    }
  }

  #settle(number: number, handled: boolean): void {
    if (!this.#options.receipts) return
    this.#statuses.settle(number, handled)
    if (this.#statuses.remaining === 0) this.#wakeUp.notify()
  }

  #hostsOf(target: DeliveryTarget): readonly HostedSubscribers[] {
    const isOwn = this.#gateways.accept(target.gateway, target.identity)
    return isOwn ? this.#broker.hostsOf(target) : []
  }

  async #waitForReceipts(until: number): Promise<void> {
    while (this.#statuses.remaining > 0 && performance.now() < until) {
      this.#options.signal?.throwIfAborted()
      await this.#wakeUp.sleepUntil(until)
    }
  }
}
