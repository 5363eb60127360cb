/** Error codes of registry calls, the same for every backend. */
export type RegistryErrorCode =
  /** `register` without `replace` found a live registration of the identity. */
  | 'ALREADY_EXISTS'
  /** The identity is not registered, or its TTL has passed. */
  | 'NOT_FOUND'
  /** A total is used up, such as `maxIdentities`: waiting alone may not help. */
  | 'QUOTA_EXCEEDED'
  /** A rate is used up: `retryAfterMs` says when to try again. */
  | 'RATE_LIMITED'
  /** The caller may not do this. */
  | 'FORBIDDEN'
  /** The identity can't be part of a Redis key and a NATS subject. */
  | 'INVALID_IDENTITY'
  /** The metadata is not a JSON object, or is too large. */
  | 'INVALID_METADATA'
  /** The filter does not parse; the message says where. */
  | 'INVALID_FILTER'
  /** Another argument is invalid: a TTL, a limit, a cursor, a namespace. */
  | 'INVALID_ARGUMENT'
  /** Redis or NATS is unreachable or refused the command. */
  | 'UNAVAILABLE'
  /** There are no credentials to connect with: their provider failed, or they have ended. */
  | 'CREDENTIALS_FAILED'
  /** The registry was closed. */
  | 'CLOSED'

/** The error that registry calls throw or reject with. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
  readonly code: RegistryErrorCode
  /** After how many ms trying again may succeed; null if nobody knows or waiting doesn't help. */
  readonly retryAfterMs: number | null

  constructor(
    code: RegistryErrorCode,
    message: string,
    options?: ErrorOptions & { retryAfterMs?: number | null },
  ) {
    super(message, options)
    this.code = code
    this.retryAfterMs = options?.retryAfterMs ?? null
  }
}
