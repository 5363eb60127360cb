import type { DeliveryStatus } from './messenger.ts'

/** What is known of each target of one send. */
export class DeliveryStatuses {
  readonly #statuses = new Map<string, DeliveryStatus>()
  readonly #retried: boolean
  #remaining = 0
  #ended = false

  /** @param retried whether targets are tried again, so that no answer but `DELIVERED` is final. */
  constructor({ retried }: { readonly retried: boolean }) {
    this.#retried = retried
  }

  /** How many targets have no final status. */
  get remaining(): number {
    return this.#remaining
  }

  /**
   * Enters a target before anything is sent, as `TIMEOUT` until more is known; `false` if it had been
   * entered before.
   */
  enter(identity: string): boolean {
    const before = this.#statuses.size
    this.#statuses.set(identity, 'TIMEOUT')
    if (this.#statuses.size === before) return false
    this.#remaining += 1
    return true
  }

  /** Notes an answer: the target's subscriber handled the message, or there is none, or it refused. */
  settle(identity: string, handled: boolean): void {
    const status = this.#statuses.get(identity)
    if (this.#ended || status === undefined || status === 'DELIVERED') return
    if (status === 'FAILED' && !this.#retried) return
    this.#statuses.set(identity, handled ? 'DELIVERED' : 'FAILED')
    if (handled || !this.#retried) this.#remaining -= 1
  }

  /** Notes that the broker has the message for a target that nothing else is known of. */
  handOver(identity: string): void {
    if (this.#statuses.get(identity) === 'TIMEOUT') this.#statuses.set(identity, 'PENDING')
  }

  /** Whether a target was entered and is not delivered. */
  isOpen(identity: string): boolean {
    const status = this.#statuses.get(identity)
    return status !== undefined && status !== 'DELIVERED'
  }

  /** The targets that are not delivered. */
  open(): readonly string[] {
    const open: string[] = []
    for (const [identity, status] of this.#statuses) if (status !== 'DELIVERED') open.push(identity)
    return open
  }

  /** The statuses as they are now; they never change again. */
  end(): ReadonlyMap<string, DeliveryStatus> {
    this.#ended = true
    return this.#statuses
  }
}
