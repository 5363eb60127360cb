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

/** Made without a stack trace, which would be the generator's own and take most of the time of a stop. */
export function stopReason(code: StopCode): RequestStoppedError {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return new RequestStoppedError(code)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}
