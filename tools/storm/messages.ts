/** Asks a process of readers to read with all of them. */
export interface ReadTogether {
  readonly action: 'read'
}

/** How long each reader took until its first answer, in ms. */
export interface ReadTimes {
  readonly tookMs: readonly number[]
  /** Registrations that the last reader found. */
  readonly found: number
}
