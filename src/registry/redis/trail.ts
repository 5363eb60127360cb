import type { LogEntry, LogPosition } from './log.ts'
import { touchesOf } from './log.ts'
import type { RegistrationIndex } from '../memory/registration-index.ts'
import { ownText } from '../text.ts'

/** Maximum number of changes in a trail, 8 bytes each. */
const MAX_CHANGES = 10_000

/** Maximum number of steps in a trail. */
const MAX_STEPS = 1_000

/** Minimum time between two steps, in ms: many short readings share a step. */
const STEP_MS = 10

/** Maximum number of changes in a step, unless one reading has more. */
const MAX_CHANGES_PER_STEP = 500

/** A position that a copy has had, and the identities that changed from there to the next step. */
interface Step {
  readonly position: LogPosition
  readonly beganAtMs: number
  readonly identities: string[]
}

/**
 * The latest positions of a copy. A server that comes back without the last changes, such as a replica that was
 * promoted before they reached it, has a log that no longer has the copy's position, but has an earlier
 * one. Up to there both have the same history, so only identities that changed later can differ.
 */
export class Trail {
  #steps: Step[] = []
  #changes = 0

  /** Notes that a reading of the log begins at a position. */
  begin(position: LogPosition, nowMs = performance.now()): void {
    const last = this.#steps.at(-1)
    const isOpen =
      last !== undefined &&
      nowMs - last.beganAtMs < STEP_MS &&
      last.identities.length < MAX_CHANGES_PER_STEP
    if (isOpen) return
    const own = { id: ownText(position.id), mark: ownText(position.mark) }
    this.#steps.push({ position: own, beganAtMs: nowMs, identities: [] })
    this.#forgetOldest()
  }

  /** Notes the changes of an entry that was applied to the copy's index. */
  note(entry: LogEntry, index: RegistrationIndex): void {
    const identities = this.#steps.at(-1)?.identities
    if (identities === undefined) return
    const before = identities.length
    for (const [identity] of touchesOf(entry)) {
      identities.push(index.get(identity)?.identity ?? ownText(identity))
    }
    this.#changes += identities.length - before
  }

  /** The positions, the latest first. */
  positions(): readonly LogPosition[] {
    return this.#steps.map(({ position }) => position).toReversed()
  }

  /** Forgets everything after a position of the trail. @returns the identities that changed since. */
  cutAfter(position: LogPosition): readonly string[] {
    const at = this.#steps.findIndex((step) => step.position === position)
    if (at === -1) return []
    const cut = this.#steps.splice(at)
    const identities = cut.flatMap((step) => step.identities)
    this.#changes -= identities.length
    return identities
  }

  #forgetOldest(): void {
    while (this.#steps.length > MAX_STEPS || this.#changes > MAX_CHANGES) {
      this.#changes -= this.#steps.shift()?.identities.length ?? 0
    }
  }
}
