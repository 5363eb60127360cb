/** What has an identity. */
export interface Identified {
  readonly identity: string
}

/** The order by UTF-16 code units of the identity. */
export function isIdentityBefore(a: Identified, b: Identified): boolean {
  return a.identity < b.identity
}
