import type { HostedSubscribers } from '../hosted-subscribers.ts'
import type { OutgoingMessage } from '../messenger.ts'

/** After how long those who did not handle a message get it again, in ms; doubles up to the maximum. */
const FIRST_RETRY_MS = 100
const MAX_RETRY_MS = 5_000
/** How often to look who is due, in ms. */
const TICK_MS = 50

/** A recipient who has still to handle a message, and who wants to know. */
interface Open {
  readonly message: OutgoingMessage
  readonly identity: string
  readonly expiresAt: number
  readonly callers: (() => void)[]
  attempts: number
  dueAt: number
}

/** One message id. */
interface Kept {
  readonly expiresAt: number
  readonly handled: Set<string>
  readonly open: Map<string, Open>
}

/**
 * Keeps the exactly-once messages of one gateway until its subscribers have handled them, whoever
 * serves it. It remembers who has handled them for the retention, so that nobody does so again, however
 * often a message of that id is sent and to whomever besides.
 */
export class Mailbox {
  readonly #retentionMs: number
  /** By message id, the oldest first. */
  readonly #kept = new Map<string, Kept>()
  /** Those to be tried again, by the delay until then: of each delay the one due first is first. */
  readonly #retries = new Map<number, Set<Open>>()
  #subscribers: HostedSubscribers | null = null
  #timer: NodeJS.Timeout | undefined

  /** @param retentionMs how long messages are kept. */
  constructor(retentionMs: number) {
    this.#retentionMs = retentionMs
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
   * Keeps a message for identities. Those that have a message of this id already don't get another.
   * @param onHandled called for each identity once it has handled the message, or if it had before.
   */
  keep(
    message: OutgoingMessage,
    identities: readonly string[],
    onHandled: (identity: string) => void,
  ): void {
    const now = performance.now()
    this.#forgetExpired(now)
    let kept = this.#kept.get(message.id)
    if (kept === undefined) {
      kept = { expiresAt: now + this.#retentionMs, handled: new Set(), open: new Map() }
      this.#kept.set(message.id, kept)
    }
    const { expiresAt, handled, open } = kept
    for (const identity of identities) {
      const before = open.get(identity)
      if (handled.has(identity)) onHandled(identity)
      else if (before !== undefined) before.callers.push(() => onHandled(identity))
      else {
        const callers = [() => onHandled(identity)]
        const entry: Open = { message, identity, expiresAt, callers, attempts: 0, dueAt: now }
        open.set(identity, entry)
        this.#deliver(entry)
      }
    }
  }

  #deliver(entry: Open): void {
    const { message, identity } = entry
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
    const kept = this.#kept.get(message.id)
    if (kept?.open.get(identity) === entry) {
      kept.open.delete(identity)
      kept.handled.add(identity)
    }
    for (const tell of callers) tell()
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

  /** Tries those that are due by `now`. */
  #tryAgain(now: number): void {
    const due: Open[] = []
    for (const [delayMs, queue] of this.#retries) {
      for (const entry of queue) {
        if (entry.dueAt > now) break
        queue.delete(entry)
        if (entry.expiresAt > performance.now()) due.push(entry)
      }
      if (queue.size === 0) this.#retries.delete(delayMs)
    }
    for (const entry of due) this.#deliver(entry)
    if (this.#retries.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #forgetExpired(now: number): void {
    for (const [id, { expiresAt }] of this.#kept) {
      if (expiresAt > now) return
      this.#kept.delete(id)
    }
  }
}
