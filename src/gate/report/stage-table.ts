import type { StageName } from '../gate-options.ts'

/** One thing that a stage judged. */
export interface StageRow {
  /** As the table's headings. */
  readonly cells: readonly string[]
  readonly verdict:
    | 'pass'
    | 'changed'
    | 'regression'
    | 'improvement'
    | 'inconclusive'
    | 'refused'
    | 'not comparable'
  /** The verdict in words, with its reason. */
  readonly says: string
}

/** What a stage showed, for every rendering: terminal, Markdown, JUnit. Nothing is escaped. */
export interface StageTable {
  readonly stage: StageName
  readonly headings: readonly string[]
  /** How many of the first cells name the row. */
  readonly names: number
  readonly rows: readonly StageRow[]
  /** How changes were found. */
  readonly findings: readonly string[]
  /** How it was measured. */
  readonly notes: readonly string[]
}
