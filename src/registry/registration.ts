/** A value that JSON preserves. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** The data of a registration: a JSON object. */
export type Metadata = { readonly [key: string]: JsonValue }

/**
 * A live registration. Callers share instances, so they are deeply frozen.
 */
export interface Registration {
  readonly identity: string
  readonly metadata: Metadata
  /** Unix time in ms by the store's clock (Redis time for Redis). */
  readonly registeredAt: number
  /** Unix time in ms by the store's clock; `null` never expires. */
  readonly expiresAt: number | null
  /** The address of the process that hosts the identity's subscriber; `null` for none. */
  readonly gateway: string | null
}

/** Anything with an identity. */
export interface Identified {
  readonly identity: string
}

/** Orders by identity, by UTF-16 code units. */
export function isIdentityBefore(a: Identified, b: Identified): boolean {
  return a.identity < b.identity
}
