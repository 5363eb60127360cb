/** What can go wrong in a registry call; the same codes for every backend. */
export type RegistryErrorCode =
  /** `register` without `replace`, and the identity is live. */
  | 'ALREADY_EXISTS'
  /** The identity is not registered, or its TTL has passed. */
  | 'NOT_FOUND'
  /** The namespace holds `maxIdentities` live identities already. */
  | 'QUOTA_EXCEEDED'
  /** The identity can't be a Redis key part and a NATS subject. */
  | 'INVALID_IDENTITY'
  /** The metadata is not a JSON object, or is too large. */
  | 'INVALID_METADATA'
  /** The filter does not parse; the message says where. */
  | 'INVALID_FILTER'
  /** Any other argument out of its range: a TTL, a limit, a cursor, a namespace. */
  | 'INVALID_ARGUMENT'
  /** Redis or NATS can't be reached, or refused the command. */
  | 'UNAVAILABLE'
  /** The registry was closed. */
  | 'CLOSED'

/** The one error type that registry calls reject with. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
  readonly code: RegistryErrorCode

  constructor(code: RegistryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
