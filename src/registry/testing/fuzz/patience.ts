import { setTimeout as delay } from 'node:timers/promises'
import { TestedCallError } from './tested.ts'

/**
 * How often a call that fails because of the servers is repeated before that counts as a fault: for 5 s, since
 * on a busy machine what disturbs the servers meanwhile takes long, too.
 */
const ATTEMPTS = 100

/** A registry may be unable to answer now, but must answer soon. */
export async function retried<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call()
    } catch (error) {
      const isPassing = error instanceof TestedCallError && error.code === 'UNAVAILABLE'
      if (!isPassing || attempt === ATTEMPTS) throw error
      await delay(50)
    }
  }
}

/** An error in the text of a fault. */
export function messageOf(error: unknown): string {
  if (error instanceof TestedCallError) return `${error.code}: ${error.message}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
