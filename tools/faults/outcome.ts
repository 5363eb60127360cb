import { findWrong } from './check.ts'
import type { Observation } from './observation.ts'
import type { Row } from './row.ts'

/** The outcome of a row. */
export type Outcome =
  | {
      readonly kind: 'ran'
      readonly row: Row
      readonly seen: Observation
      /** Violated expectations, one sentence each. */
      readonly wrong: readonly string[]
    }
  | { readonly kind: 'not run'; readonly row: Row; readonly reason: string }

/** Compares a row's observations with its expectations. */
export function judge(row: Row, seen: Observation): Outcome {
  return { kind: 'ran', row, seen, wrong: findWrong(row, seen) }
}

/** Whether a row meets its expectations; `null` if it was not run. */
export function holds(outcome: Outcome): boolean | null {
  return outcome.kind === 'ran' ? outcome.wrong.length === 0 : null
}
