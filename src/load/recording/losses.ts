/** What became of what the system had promised, by an audit after the load. */
export type Losses = KnownLosses | UnknownLosses

export interface KnownLosses {
  readonly kind: 'known'
  /** What was promised: `registrations` that were acknowledged, or `messages` to recipients. */
  readonly of: 'registrations' | 'messages'
  readonly promised: number
  /** Promised, neither expired nor taken back, and not there. */
  readonly lost: number
  /** Messages handled more than once under a guarantee that rules it out; `null` where none does. */
  readonly duplicates: number | null
  /** Up to ten of those lost, by name. */
  readonly examples: readonly string[]
}

/** The audit could not be made. */
export interface UnknownLosses {
  readonly kind: 'unknown'
  /** One sentence. */
  readonly reason: string
}
