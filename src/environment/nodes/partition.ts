/** A node that is separated from others, until it ends. */
export interface Partition {
  /** Resolves when it is connected again. */
  readonly end: () => Promise<void>
}
