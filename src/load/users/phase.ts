import { guardListeners } from '../dispatch/guard-listeners.ts'
import type { PhaseFigures } from '../load-model.ts'
import { ErrorTally } from '../recording/error-tally.ts'

/** Users who are set up, or torn down, at once: a system is not met by all of them in one moment. */
const AT_ONCE = 50

/** One phase of several users: their set-up or tear-down. */
export interface PhasePlan<T, R> {
  readonly users: readonly T[]
  /** @param signal fires when the user is not waited for any longer. */
  readonly run: (user: T, signal: AbortSignal) => R | Promise<R>
  /** The time-out per user, in ms. */
  readonly timeoutMs: number
  /** The time-out for all users, in ms. Default: that of each user. */
  readonly withinMs?: number
  /** Ends the phase early. */
  readonly signal?: AbortSignal | undefined
  readonly onDone: (user: T, result: R) => void
}

type Outcome =
  | { readonly kind: 'ok' | 'timedOut' | 'notDone' }
  | { readonly kind: 'failed'; readonly error: unknown }

/**
 * Does a phase of a session for users, some at a time, and counts what became of it. Nothing that goes
 * wrong with one of them keeps the others from it. `onDone` is also called for a user who timed out, if
 * the phase ends well later than that.
 */
export async function runPhase<T, R>(plan: PhasePlan<T, R>): Promise<PhaseFigures> {
  const { users, withinMs, signal = new AbortController().signal } = plan
  const counts = { ok: 0, failed: 0, timedOut: 0, notDone: 0 }
  const errors = new ErrorTally()
  const over = new AbortController()
  const timer = withinMs === undefined ? null : setTimeout(() => over.abort(), withinMs)
  let next = 0
  const work = async (): Promise<void> => {
    for (;;) {
      const user = users[next]
      if (user === undefined || signal.aborted || over.signal.aborted) return
      next++
      const outcome = await runOne(plan, user, signal, over.signal)
      counts[outcome.kind]++
      if (outcome.kind === 'failed') errors.add(outcome.error)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, users.length) }, work))
  if (timer !== null) clearTimeout(timer)
  counts.notDone += users.length - next
  return { users: users.length, ...counts, errors: errors.counts }
}

function runOne<T, R>(
  { run, timeoutMs, onDone }: PhasePlan<T, R>,
  user: T,
  interrupted: AbortSignal,
  over: AbortSignal,
): Promise<Outcome> {
  const given = new AbortController()
  guardListeners(given.signal)
  return new Promise((resolve) => {
    const end = (outcome: Outcome): void => {
      clearTimeout(timer)
      interrupted.removeEventListener('abort', interrupt)
      over.removeEventListener('abort', timeOut)
      resolve(outcome)
    }
    const giveUp = (kind: 'timedOut' | 'notDone'): void => {
      end({ kind })
      given.abort()
    }
    const interrupt = (): void => giveUp('notDone')
    const timeOut = (): void => giveUp('timedOut')
    const timer = setTimeout(timeOut, timeoutMs)
    interrupted.addEventListener('abort', interrupt)
    over.addEventListener('abort', timeOut)
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
