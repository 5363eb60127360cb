/** A value that survives a trip through JSON unchanged. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** What is known of an identity besides its name: a JSON object. */
export type Metadata = { readonly [key: string]: JsonValue }

/**
 * A live registration as a store knows it. Instances are shared between callers, so they and
 * everything in them are frozen.
 */
export interface Registration {
  readonly identity: string
  readonly metadata: Metadata
  /** Unix time in ms by the store's clock (Redis time for Redis). */
  readonly registeredAt: number
  /** Unix time in ms by the store's clock; `null` never expires. */
  readonly expiresAt: number | null
  /** Where the process that hosts the identity's subscriber is reached; `null` if it named none. */
  readonly gateway: string | null
}

/** What has an identity. */
export interface Identified {
  readonly identity: string
}

/** The order by UTF-16 code units of the identity. */
export function isIdentityBefore(a: Identified, b: Identified): boolean {
  return a.identity < b.identity
}
