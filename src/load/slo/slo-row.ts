/**
 * `met`; `missed` by the system; or `inconclusive`: missed only because the generator or the
 * receivers were late or paused, or the figure could not be measured.
 */
export type SloOutcome = 'met' | 'missed' | 'inconclusive'

/** One bound and its measured figure. */
export interface SloRow {
  /** The operation's name, or `all` for the whole workload. */
  readonly operation: string
  /** e.g. `response P95`, `throughput`, `success rate, cache=hit`, `check "has a body"`, `ttfb, P95`. */
  readonly metric: string
  /** `number`: in the unit of the metric. */
  readonly unit: 'ms' | '1/s' | 'ratio' | 'number'
  readonly comparison: '<' | '>' | '>=' | '<='
  readonly bound: number
  /**
   * `null` if there was nothing to measure or the system did not answer. For a windowed bound, the value
   * of the worst window.
   */
  readonly measured: number | null
  /**
   * The best value possible without the generator's lateness and pauses; `null` if unknown.
   */
  readonly punctual: number | null
  readonly outcome: SloOutcome
  /** Why it is inconclusive, as a clause after "because"; absent where the figures say it. */
  readonly reason?: string | undefined
  /** Whether it is a default bound, for a load without its own bound of that kind. */
  readonly isDefault: boolean
  /** `null` for a bound on the whole run. */
  readonly windows: WindowTally | null
}

/** The outcomes of a bound in the windows of a run. */
export interface WindowTally {
  readonly everyMs: number
  /** Windows in which there was something to measure. */
  readonly judged: number
  readonly missed: number
  readonly inconclusive: number
  /** Those that begin within this time after a fault may miss the bound; absent: none may. */
  readonly recoveryMs?: number | undefined
  /** Where the worst one began, in ms after the measurement did; `null` if none was judged. */
  readonly worstFromMs: number | null
}

/** Orders rows for reading: missed before inconclusive before met, and within each, by how much of the bound is used up. */
export function worstFirst(a: SloRow, b: SloRow): number {
  return RANK[a.outcome] - RANK[b.outcome] || finite(usedUp(b)) - finite(usedUp(a))
}

/**
 * Whether a ratio was missed so clearly that the generator can't be the cause. This holds even if the
 * measurement is invalid, whereas times of an invalid measurement prove nothing.
 */
export function isMissedBeyondDoubt(row: SloRow): boolean {
  const { unit, outcome, punctual } = row
  return unit === 'ratio' && outcome === 'missed' && punctual !== null && !holds(punctual, row)
}

/** Whether a figure meets a bound. */
export function holds(
  measured: number,
  { comparison, bound }: Pick<SloRow, 'comparison' | 'bound'>,
): boolean {
  switch (comparison) {
    case '<':
      return measured < bound
    case '<=':
      return measured <= bound
    case '>':
      return measured > bound
    case '>=':
      return measured >= bound
  }
}

const RANK: Readonly<Record<SloOutcome, number>> = { missed: 0, inconclusive: 1, met: 2 }

/**
 * The ratio of the bound that the measured figure uses up: 1 at the bound, more beyond it. Of a least ratio, such as
 * the success rate, it is that of the permitted failures that happened: 99.95 % of at least 99.9 % uses half.
 * @returns infinity without a measured figure, or where nothing is permitted.
 */
export function usedUp({ measured, comparison, bound, unit }: SloRow): number {
  if (measured === null) return Infinity
  if (comparison === '<' || comparison === '<=') return ratioOf(measured, bound)
  return unit === 'ratio' ? ratioOf(1 - measured, 1 - bound) : ratioOf(bound, measured)
}

function ratioOf(part: number, whole: number): number {
  return part === 0 ? 0 : part / whole
}

/** The difference of two infinities is not a number. */
function finite(ratio: number): number {
  return Math.min(ratio, Number.MAX_VALUE)
}
