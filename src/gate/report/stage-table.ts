import type { StageName } from '../gate-options.ts'

/** One row of a stage's results. */
export interface StageRow {
  /** In the order of the table's headings. */
  readonly cells: readonly string[]
  readonly verdict:
    | 'pass'
    | 'changed'
    | 'regression'
    | 'improvement'
    | 'inconclusive'
    | 'refused'
    | 'not comparable'
  /** The verdict with its reason. */
  readonly says: string
}

/** A stage's results for every rendering: terminal, Markdown, JUnit. Not escaped. */
export interface StageTable {
  readonly stage: StageName
  readonly headings: readonly string[]
  /** The number of leading cells that name the row. */
  readonly names: number
  /** Headings of columns that a narrow terminal leaves out, the first one first. */
  readonly optional: readonly string[]
  readonly rows: readonly StageRow[]
  /** Evidence of changes. */
  readonly findings: readonly string[]
  /** Notes on the measurement. */
  readonly notes: readonly string[]
}
