/** Error codes of registry calls, the same for every backend. */
export type RegistryErrorCode =
  /** `register` without `replace` found a live registration of the identity. */
  | 'ALREADY_EXISTS'
  /** The identity is not registered, or its TTL has passed. */
  | 'NOT_FOUND'
  /** The namespace already holds `maxIdentities` live identities. */
  | 'QUOTA_EXCEEDED'
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
  /** The registry was closed. */
  | 'CLOSED'

/** The error that registry calls throw or reject with. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
  readonly code: RegistryErrorCode

  constructor(code: RegistryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
