/** A figure of the measurement that is past its threshold. */
export interface VerdictReason {
  /** What was looked at, e.g. `achieved/planned`. */
  readonly figure: string
  readonly measured: number
  readonly threshold: number
  /** One sentence with both figures in it. */
  readonly message: string
}

/** May this measurement be trusted? */
export type Verdict =
  | { readonly kind: 'valid' }
  /** Usable, with reservations. */
  | { readonly kind: 'degraded'; readonly reasons: readonly VerdictReason[] }
  /** Says nothing about the system, whatever the SLOs show. */
  | { readonly kind: 'invalid'; readonly reasons: readonly VerdictReason[] }
