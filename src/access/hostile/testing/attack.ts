/** What an attack is after. */
export type AttackKind =
  | 'read'
  | 'write'
  | 'list'
  | 'existence'
  | 'subscribe'
  | 'publish'
  | 'starve'
  | 'rights'

/** An attack by one tenant on another. */
export interface Attack {
  /** As in the table of `docs/tenants.md`. */
  readonly name: string
  readonly kind: AttackKind
  /** What comes back, as in the table. */
  readonly back: string
}
