import { setTimeout as delay } from 'node:timers/promises'
import { TestedCallError } from './tested.ts'

/** How often a call that failed for the servers' sake is made before that counts as a fault. */
const ATTEMPTS = 5

/** A registry may say that it can't answer now; it has to be able to soon. */
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

/** An error as a fault tells it. */
export function messageOf(error: unknown): string {
  if (error instanceof TestedCallError) return `${error.code}: ${error.message}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
