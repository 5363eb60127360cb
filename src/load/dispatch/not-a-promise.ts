import { written } from '../check-fields.ts'

/**
 * An operation returned something else than a promise, so nobody knows when its request has ended. That it
 * has would be a guess, and a flattering one where the promise was only forgotten.
 */
export class NotAPromiseError extends Error {
  override readonly name = 'NotAPromiseError'
  readonly code = 'NOT_A_PROMISE'

  constructor(returned: unknown) {
    super(
      `The operation returned ${written(returned)}, not a promise. Return the promise of what it does, or make it async.`,
    )
  }
}
