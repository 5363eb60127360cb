import { setTimeout as delay } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { type NatsConnection, TimeoutError } from '@nats-io/transport-node'

/** How long to wait for one answer, in ms. */
const ANSWER_MS = 1_000
const PAUSE_MS = 100

/**
 * Waits until JetStream answers. While a cluster elects a leader, nobody answers requests, and those made then stay
 * unanswered for good.
 * @throws JetStream's refusal, or the lack of an answer after `timeoutMs`.
 */
export async function jetStreamAnswers(
  connection: { readonly nats: NatsConnection },
  timeoutMs: number,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    try {
      const options = { timeout: ANSWER_MS, checkAPI: false }
      const admin = await jetstreamManager(connection.nats, options)
      await admin.getAccountInfo()
      return
    } catch (error) {
      if (!(error instanceof TimeoutError) || performance.now() > deadline) throw error
      await delay(PAUSE_MS)
    }
  }
}

/** Does something again, once, if it had no answer: the leader may have been lost in between. */
export async function unlessLeaderless<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error
    return call()
  }
}

/**
 * Asks again every second until one of the questions is answered: those that come while there is no leader never are.
 * @throws the first failure, which is that of the first question, or JetStream's refusal.
 */
export async function askedAgain<T>(ask: () => Promise<T>): Promise<T> {
  const first = Promise.withResolvers<T>()
  const begin = (): void => void ask().then(first.resolve, first.reject)
  begin()
  const timer = setInterval(begin, ANSWER_MS)
  try {
    return await first.promise
  } finally {
    clearInterval(timer)
  }
}
