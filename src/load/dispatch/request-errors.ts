import { written } from '../check-fields.ts'

const MESSAGE = {
  TIMED_OUT: 'The request reached its time-out.',
  GRACE_PERIOD_ENDED: "The load's grace period ended before the request did.",
} as const

/** Why a request was stopped: it reached its time-out, or was unfinished when the grace period ended. */
export type StopCode = keyof typeof MESSAGE

/** The `reason` of a request's `signal` once it has fired. */
export class RequestStoppedError extends Error {
  override readonly name = 'RequestStoppedError'
  readonly code: StopCode

  constructor(code: StopCode) {
    super(MESSAGE[code])
    this.code = code
  }
}

/** Has no stack trace: it would be the generator's own, and take most of the time of a stop. */
export function stopReason(code: StopCode): RequestStoppedError {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return new RequestStoppedError(code)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/**
 * An operation did not return a promise, so the end of its request is unknown. Treating the request as done
 * would flatter the system if the promise was merely forgotten.
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
