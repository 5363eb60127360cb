import { nowMs } from '../clock.ts'
import { guardListeners } from '../dispatch/guard-listeners.ts'
import type { PhaseFigures } from '../load-model.ts'
import { ErrorTally } from '../recording/error-tally.ts'

/** Users who are set up, or torn down, at once: a system is not met by all of them in one moment. */
const AT_ONCE = 50

/** How a phase is done for each of some users. */
export interface PhasePlan<T, R> {
  readonly users: readonly T[]
  /** @param signal fires when the user is not waited for any longer. */
  readonly run: (user: T, signal: AbortSignal) => R | Promise<R>
  /** How long one user is waited for, in ms. */
  readonly timeoutMs: number
  /** From when on no more users are begun with, and nobody is waited for, by `nowMs()`. */
  readonly untilMs?: number
  /** Ends the phase early. */
  readonly signal?: AbortSignal | undefined
  readonly onDone: (user: T, result: R) => void
}

/**
 * Does a phase of a session for users, some at a time, and counts what became of it. Nothing that goes
 * wrong with one of them keeps the others from it. `onDone` is also called for a user who timed out, if
 * the phase ends well later than that.
 */
export async function runPhase<T, R>(plan: PhasePlan<T, R>): Promise<PhaseFigures> {
  const { users, untilMs = Infinity, signal } = plan
  const counts = { ok: 0, failed: 0, timedOut: 0, notDone: 0 }
  const errors = new ErrorTally()
  let next = 0
  const isOver = (): boolean => signal?.aborted === true || nowMs() >= untilMs
  const work = async (): Promise<void> => {
    for (;;) {
      const user = users[next]
      if (user === undefined || isOver()) return
      next++
      const outcome = await runOne(plan, user)
      counts[outcome.kind]++
      if (outcome.kind === 'failed') errors.add(outcome.error)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, users.length) }, work))
  counts.notDone += users.length - next
  return { users: users.length, ...counts, errors: errors.counts }
}

type Outcome =
  | { readonly kind: 'ok' | 'timedOut' | 'notDone' }
  | { readonly kind: 'failed'; readonly error: unknown }

async function runOne<T, R>(plan: PhasePlan<T, R>, user: T): Promise<Outcome> {
  const { run, timeoutMs, untilMs = Infinity, signal, onDone } = plan
  const waitMs = Math.max(Math.min(timeoutMs, untilMs - nowMs()), 0)
  const given = new AbortController()
  guardListeners(given.signal)
  return new Promise((resolve) => {
    const end = (outcome: Outcome): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', interrupt)
      resolve(outcome)
    }
    const giveUp = (kind: 'timedOut' | 'notDone'): void => {
      end({ kind })
      given.abort()
    }
    const interrupt = (): void => giveUp('notDone')
    const timer = setTimeout(() => giveUp('timedOut'), waitMs)
    signal?.addEventListener('abort', interrupt, { once: true })
    const fail = (error: unknown): void => end({ kind: 'failed', error })
    try {
      Promise.resolve(run(user, given.signal)).then((result) => {
        onDone(user, result)
        end({ kind: 'ok' })
      }, fail)
    } catch (error) {
      fail(error)
    }
  })
}
