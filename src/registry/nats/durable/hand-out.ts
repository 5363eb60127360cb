import { context } from '@opentelemetry/api'
import { EventLoopBudget } from '../../event-loop-budget.ts'
import type { HostedSubscribers } from '../../hosted-subscribers.ts'
import { WakeUp } from '../../waiting.ts'
import type { Warnings } from '../../warnings.ts'
import type { HeldMessages } from './held-messages.ts'
import type { KeptMessage } from './kept-message.ts'
import { quoted } from '../../text.ts'

/** Maximum time per turn of the event loop for handing out messages, in ms. */
const TURN_BUDGET_MS = 2
/** How often to check for room for a recipient, in ms. */
const WAIT_MS = 20

/** The outcome of handing out a part of a message. */
type Step = 'done' | 'turn over' | 'waits'

/** Hands messages to the handlers of their recipients, yielding to the event loop. */
export class HandOut {
  readonly #subscribers: HostedSubscribers
  readonly #held: HeldMessages
  readonly #warnings: Warnings
  readonly #budget = new EventLoopBudget(TURN_BUDGET_MS)
  readonly #onProgress: (kept: KeptMessage) => void
  readonly #queue: KeptMessage[] = []
  readonly #touched = new Set<KeptMessage>()
  readonly #wakeUp = new WakeUp()
  #isFlushing = false
  #isWorking = false
  /** The number of consecutive messages that wait for room. */
  #waiting = 0

  /** @param onProgress called once per turn in which a message made progress. */
  constructor(
    subscribers: HostedSubscribers,
    held: HeldMessages,
    warnings: Warnings,
    onProgress: (kept: KeptMessage) => void,
  ) {
    this.#subscribers = subscribers
    this.#held = held
    this.#warnings = warnings
    this.#onProgress = onProgress
  }

  /** Whether messages wait because handlers of their recipients are still busy. */
  get isWaiting(): boolean {
    return this.#waiting > 0
  }

  add(kept: KeptMessage): void {
    this.#queue.push(kept)
    if (!this.#isWorking) void this.#work()
  }

  async #work(): Promise<void> {
    this.#isWorking = true
    for (let kept = this.#queue.shift(); kept !== undefined; kept = this.#queue.shift()) {
      const step = this.#step(kept)
      // To the end of the queue, so a message to many recipients doesn't hold up others.
      if (step !== 'done') this.#queue.push(kept)
      this.#waiting = step === 'waits' ? this.#waiting + 1 : 0
      if (this.#waiting > 0 && this.#waiting >= this.#queue.length) {
        this.#flush()
        await this.#wakeUp.sleepUntil(performance.now() + WAIT_MS)
      } else if (step === 'turn over') {
        this.#flush()
        await this.#budget.renew()
      }
    }
    this.#isWorking = false
    this.#flush()
  }

  #step(kept: KeptMessage): Step {
    const { id, payload, recipients } = kept.message
    this.#touched.add(kept)
    for (; !kept.isHandedOut; kept.next += 1) {
      const position = kept.next
      if (kept.isHandledBy(position)) continue
      if (this.#budget.check()) return 'turn over'
      const identity = recipients[position] ?? ''
      const admission = this.#held.admits(identity, payload.length, performance.now())
      if (admission === 'wait') return 'waits'
      if (admission === 'no') {
        this.#warnings.warn(
          'BACKLOG_FULL',
          `Handlers of ${quoted(identity)} hold the maximum number of bytes per recipient; a message was postponed.`,
        )
        continue
      }
      const outcome = context.with(kept.context, () =>
        this.#subscribers.deliver({ id, identity, payload }, true),
      )
      if (outcome === true) kept.markHandled(position)
      else if (outcome !== false) this.#follow(kept, position, outcome)
    }
    return 'done'
  }

  #follow(kept: KeptMessage, position: number, outcome: Promise<boolean>): void {
    const { payload, recipients } = kept.message
    const ended = this.#held.run(recipients[position] ?? '', payload.length, performance.now())
    kept.running += 1
    void outcome.then((handled) => {
      ended(performance.now())
      kept.running -= 1
      if (handled) kept.markHandled(position)
      this.#touched.add(kept)
      this.#scheduleFlush()
      this.#wakeUp.notify()
    })
  }

  /** Collects the handlers that end in one turn of the event loop. */
  #scheduleFlush(): void {
    if (this.#isFlushing) return
    this.#isFlushing = true
    setImmediate(() => {
      this.#isFlushing = false
      this.#flush()
    })
  }

  #flush(): void {
    const touched = [...this.#touched]
    this.#touched.clear()
    for (const kept of touched) this.#onProgress(kept)
  }
}
