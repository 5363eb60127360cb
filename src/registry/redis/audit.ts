import type { RegistrationIndex } from '../memory/registration-index.ts'
import type { Registration } from '../registration.ts'
import { REMOVAL_SLACK_MS } from './script.ts'

/** Maximum size of compared records, in bytes. */
export const MAX_AUDITED_BYTES = 64 * 1024

/** Records compared at a time, about 20 µs of Redis time. */
const RECORDS = 16

/**
 * Chooses the records to compare with a reader's copy, a few at a time, in turn: changes by other
 * programs are in no log.
 */
export class Audit {
  #turn: Iterator<Registration> | undefined
  #skippedTurn = 0

  /**
   * The identities to compare next.
   * @param skipped identities whose records were corrupt and may have been repaired.
   */
  next(index: RegistrationIndex, skipped: ReadonlySet<string>): readonly string[] {
    const identities: string[] = []
    if (skipped.size > 0) {
      this.#skippedTurn = (this.#skippedTurn + 1) % skipped.size
      identities.push([...skipped][this.#skippedTurn] ?? '')
    }
    while (identities.length < RECORDS) {
      this.#turn ??= index.registrations()
      const { value, done } = this.#turn.next()
      if (done === true) {
        this.#turn = undefined
        break
      }
      identities.push(value.identity)
    }
    return identities
  }

  /** Starts over with another index. */
  restart(): void {
    this.#turn = undefined
  }
}

/** Whether a reader and Redis agree on a registration (`undefined`: not registered) at `timeMs`. */
export function agree(
  held: Registration | undefined,
  recorded: Registration | undefined,
  timeMs: number,
): boolean {
  const isLasting = (registration: Registration | undefined) =>
    registration !== undefined && (registration.expiresAt ?? Infinity) > timeMs + REMOVAL_SLACK_MS
  if (!isLasting(held) && !isLasting(recorded)) return true
  if (held === undefined || recorded === undefined) return false
  return (
    held.registeredAt === recorded.registeredAt &&
    held.expiresAt === recorded.expiresAt &&
    held.gateway === recorded.gateway &&
    JSON.stringify(held.metadata) === JSON.stringify(recorded.metadata)
  )
}

/** Whether the record of a registration may exceed `MAX_AUDITED_BYTES` in any JSON notation. */
export function mayBeLong({ metadata }: Registration): boolean {
  const longestEscape = 6
  return JSON.stringify(metadata).length * longestEscape > MAX_AUDITED_BYTES / 2
}
