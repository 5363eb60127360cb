import { findWrong } from './check.ts'
import type { Observation } from './observation.ts'
import type { Row } from './row.ts'

/** What became of a row. */
export type Outcome =
  | {
      readonly kind: 'ran'
      readonly row: Row
      readonly seen: Observation
      /** What is not as it must be, each in a sentence. */
      readonly wrong: readonly string[]
    }
  | { readonly kind: 'not run'; readonly row: Row; readonly reason: string }

/** Holds what was seen against what the row must come to. */
export function judge(row: Row, seen: Observation): Outcome {
  return { kind: 'ran', row, seen, wrong: findWrong(row, seen) }
}

/** Whether a row is as it must be; `null` if it was not run. */
export function holds(outcome: Outcome): boolean | null {
  return outcome.kind === 'ran' ? outcome.wrong.length === 0 : null
}
