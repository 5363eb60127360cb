/** What has an identity. */
export interface Identified {
  readonly identity: string
}

/** Orders by UTF-16 code units of the identity. */
export function byIdentity({ identity: a }: Identified, { identity: b }: Identified): number {
  if (a < b) return -1
  return a === b ? 0 : 1
}
