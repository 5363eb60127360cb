import type { RegistrationIndex } from '../memory/registration-index.ts'
import type { Registration } from '../registration.ts'
import { REMOVAL_SLACK_MS } from './script.ts'

/** The longest records that are compared, in bytes. */
export const MAX_AUDITED_BYTES = 64 * 1024

/** Records compared at a time: some 20 µs of Redis. */
const RECORDS = 16

/**
 * Compares a reader's copy with the records in Redis, a few at a time, in turn: records deleted
 * or changed by anything but a registry are in no log.
 */
export class Audit {
  #turn: Iterator<Registration> | undefined
  #skippedTurn = 0

  /**
   * The identities to compare next.
   * @param skipped those whose records were corrupt, which may have been repaired since.
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

/** Whether a reader and Redis agree on a registration at `timeMs`, their common time; `undefined` is none. */
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

/** Whether the record of a registration may have more than `MAX_AUDITED_BYTES`, however it is written. */
export function mayBeLong({ metadata }: Registration): boolean {
  const longestEscape = 6
  return JSON.stringify(metadata).length * longestEscape > MAX_AUDITED_BYTES / 2
}
