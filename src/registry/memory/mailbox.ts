import type { HostedSubscribers } from '../hosted-subscribers.ts'
import type { OutgoingMessage } from '../messenger.ts'
import type { HandledMessages } from './handled-messages.ts'

/** Delay until a message is retried, in ms; doubles up to the maximum. */
const FIRST_RETRY_MS = 100
const MAX_RETRY_MS = 5_000
/** How often to look for due retries, in ms. */
const TICK_MS = 50

/** A recipient that has yet to handle a message, and the callbacks waiting for it. */
interface Open {
  readonly message: OutgoingMessage
  readonly identity: string
  readonly expiresAt: number
  readonly callers: (() => void)[]
  attempts: number
  dueAt: number
}

/**
 * Stores the exactly-once messages of one gateway until its subscribers have handled them, whichever
 * messenger serves it.
 */
export class Mailbox {
  readonly #retentionMs: number
  readonly #handled: HandledMessages
  /** By message id, then by identity. */
  readonly #open = new Map<string, Map<string, Open>>()
  /** Retries by their delay; for each delay, the one due first is first. */
  readonly #retries = new Map<number, Set<Open>>()
  #subscribers: HostedSubscribers | null = null
  #timer: NodeJS.Timeout | undefined

  /** @param retentionMs how long messages are kept. */
  constructor(retentionMs: number, handled: HandledMessages) {
    this.#retentionMs = retentionMs
    this.#handled = handled
  }

  /** Starts handing messages to these subscribers, in place of any earlier ones. */
  serve(subscribers: HostedSubscribers): void {
    this.#subscribers = subscribers
    this.#tryAgain(Infinity)
  }

  /** Stops handing messages to these subscribers. */
  leave(subscribers: HostedSubscribers): void {
    if (this.#subscribers === subscribers) this.#subscribers = null
  }

  /**
   * Stores a message for identities, except those that already have a message with this id.
   * @param onHandled called for each identity once it has handled the message, or at once if it had.
   */
  keep(
    message: OutgoingMessage,
    identities: readonly string[],
    onHandled: (identity: string) => void,
  ): void {
    const dueAt = performance.now()
    const expiresAt = dueAt + this.#retentionMs
    const open = this.#open.get(message.id) ?? new Map<string, Open>()
    for (const identity of identities) {
      const before = open.get(identity)
      const tell = (): void => onHandled(identity)
      if (this.#handled.has(message.id, identity)) tell()
      else if (before !== undefined) before.callers.push(tell)
      else {
        const entry = { message, identity, expiresAt, callers: [tell], attempts: 0, dueAt }
        open.set(identity, entry)
        this.#deliver(entry)
      }
    }
    if (open.size > 0) this.#open.set(message.id, open)
  }

  #deliver(entry: Open): void {
    const { message, identity } = entry
    if (this.#handled.has(message.id, identity)) {
      this.#settle(entry, true)
      return
    }
    const outcome = this.#subscribers?.deliver({ ...message, identity }, true) ?? false
    if (typeof outcome === 'boolean') this.#settle(entry, outcome)
    else void outcome.then((handled) => this.#settle(entry, handled))
  }

  #settle(entry: Open, handled: boolean): void {
    const { message, identity, callers } = entry
    if (!handled) {
      this.#retryLater(entry)
      return
    }
    this.#handled.add(message.id, identity)
    this.#close(entry)
    for (const tell of callers) tell()
  }

  #close({ message, identity }: Open): void {
    const open = this.#open.get(message.id)
    open?.delete(identity)
    if (open?.size === 0) this.#open.delete(message.id)
  }

  #retryLater(entry: Open): void {
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** Math.min(entry.attempts, 16), MAX_RETRY_MS)
    entry.attempts += 1
    entry.dueAt = performance.now() + delayMs
    const queue = this.#retries.get(delayMs) ?? new Set()
    this.#retries.set(delayMs, queue)
    queue.add(entry)
    this.#timer ??= setInterval(() => this.#tryAgain(performance.now()), TICK_MS).unref()
  }

  /** Retries the messages due by `now`. */
  #tryAgain(now: number): void {
    const due: Open[] = []
    for (const [delayMs, queue] of this.#retries) {
      for (const entry of queue) {
        if (entry.dueAt > now) break
        queue.delete(entry)
        if (entry.expiresAt > performance.now()) due.push(entry)
        else this.#close(entry)
      }
      if (queue.size === 0) this.#retries.delete(delayMs)
    }
    for (const entry of due) this.#deliver(entry)
    if (this.#retries.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
