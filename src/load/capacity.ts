/** No rate above this is tried, requests/s: more than any generator is known to send. */
export const MAX_RATE = 1_000_000

/** The outcome of a probe: the rate was held, or the system or the generator failed. */
export type ProbeOutcome =
  | 'passed'
  /** The system missed its SLO. */
  | 'system'
  /** The generator disturbed the measurement, so it says nothing about the system. */
  | 'generator'

/** One load at one rate. */
export interface Probe {
  /** Requests/s. */
  readonly rate: number
  readonly outcome: ProbeOutcome
}

/** Where the search begins, how far it may go and how finely it ends. */
export interface CapacitySearch {
  /** The first rate, requests/s, a whole number from `lowest` to `highest`. */
  readonly from: number
  /** The bracket's width relative to its lower end, > 0; a bracket is never narrower than 1 request/s. */
  readonly precision: number
  /** No rate below this is tried, requests/s; a whole number ≥ 1. */
  readonly lowest: number
  /** No rate above this is tried, requests/s; a whole number ≥ `lowest`. */
  readonly highest: number
}

/** The result of the probes so far: the system holds `passed`, and `limit` explains the upper end. */
export interface CapacityBracket {
  /** The highest rate that was held, with none below it that the system missed; `null`: none was. */
  readonly passed: number | null
  /** The lowest rate above `passed` at which the system or the generator gave out; `null`: none. */
  readonly failed: number | null
  /**
   * The cause of failure at `failed`. If it was the system, the capacity is below `failed`; if it was the
   * generator, the system may be able to take more. `null` if nothing failed.
   */
  readonly limit: 'system' | 'generator' | null
  /** Whether the search is done: the bracket is as narrow as requested and its ends are confirmed. */
  readonly isConfirmed: boolean
}

/** Runs of a rate that were not disturbed, by which an end of the bracket is confirmed. */
const CONFIRMING_RUNS = 2
/** Disturbed runs of a rate, with no other run there, after which lower rates are tried. */
const DISTURBED_RUNS = 2
/**
 * The same once a rate was disturbed in one run and not in another, so by accident; and disturbed
 * runs that confirm that the generator is what gives out.
 */
const CONFIRMING_DISTURBED_RUNS = 6
/** No rate is run more often: if that doesn't decide it, the generator is why. */
const MAX_RUNS = 8

/**
 * The next rate to try; `null` when the search is done. It is a pure function of the probes, so a search
 * that ends early still has a bracket.
 *
 * The search doubles from the first rate until one fails (or halves until one is held), bisects until
 * the bracket is as narrow as requested, and runs each end again. If two runs of a rate disagree, a third
 * decides. A disturbed run decides nothing and is repeated. A rate whose runs are all disturbed is a
 * provisional upper end until more runs confirm it. If a run moves an end, the search continues from
 * there.
 */
export function nextRate(probes: readonly Probe[], search: CapacitySearch): number | null {
  const { from, precision, lowest, highest } = search
  const { held, upper, open } = endsOf(probes)
  if (open !== null) return open
  if (held === null) {
    if (upper === null) return from
    if (upper.rate > lowest) return Math.max(Math.floor(upper.rate / 2), lowest)
    return upper.isConfirmed ? null : upper.rate
  }
  if (upper === null) {
    if (held.rate < highest) return Math.min(held.rate * 2, highest)
    return held.isConfirmed ? null : held.rate
  }
  if (upper.rate - held.rate > Math.max(held.rate * precision, 1)) {
    return Math.round((held.rate + upper.rate) / 2)
  }
  return [held, upper].find(({ isConfirmed }) => !isConfirmed)?.rate ?? null
}

/** The bracket that the probes so far make. */
export function bracketOf(probes: readonly Probe[], search: CapacitySearch): CapacityBracket {
  const { held, upper } = endsOf(probes)
  return {
    passed: held?.rate ?? null,
    failed: upper?.rate ?? null,
    limit: upper === null ? null : upper.standing === 'missed' ? 'system' : 'generator',
    isConfirmed: nextRate(probes, search) === null,
  }
}

/** A rate, and what its runs come to. */
interface RateStanding {
  readonly rate: number
  /** `open`: it has to be run again before it says anything. */
  readonly standing: 'held' | 'missed' | 'disturbed' | 'open'
  readonly isConfirmed: boolean
}

interface Ends {
  readonly held: RateStanding | null
  readonly upper: RateStanding | null
  /** A rate between them that has to be run again first. */
  readonly open: number | null
}

/**
 * A disturbed rate below one that was held doesn't matter: the generator could do it after all. A
 * rate above one that the system missed was held by accident.
 */
function endsOf(probes: readonly Probe[]): Ends {
  const runs = [...Map.groupBy(probes, ({ rate }) => rate)]
  const disturbedRuns = runs.some(([, ofRate]) => isMixed(ofRate))
    ? CONFIRMING_DISTURBED_RUNS
    : DISTURBED_RUNS
  const rates = runs
    .map(([rate, ofRate]) => standingOf(rate, ofRate, disturbedRuns))
    .toSorted((a, b) => a.rate - b.rate)
  const missed = rates.find(({ standing }) => standing === 'missed')
  const held = rates.findLast(
    ({ rate, standing }) => standing === 'held' && rate < (missed?.rate ?? Infinity),
  )
  const above = rates.filter(({ rate }) => rate > (held?.rate ?? 0))
  const upper = above.find(({ standing }) => standing === 'missed' || standing === 'disturbed')
  const open = above.find(
    ({ rate, standing }) => standing === 'open' && rate < (upper?.rate ?? Infinity),
  )
  return { held: held ?? null, upper: upper ?? null, open: open?.rate ?? null }
}

function isMixed(runs: readonly Probe[]): boolean {
  const disturbed = runs.filter(({ outcome }) => outcome === 'generator').length
  return disturbed > 0 && disturbed < runs.length
}

/** The majority outcome of a rate's undisturbed runs. */
function standingOf(rate: number, runs: readonly Probe[], disturbedRuns: number): RateStanding {
  const count = (of: ProbeOutcome): number => runs.filter(({ outcome }) => outcome === of).length
  const passes = count('passed')
  const misses = count('system')
  const undisturbed = passes + misses
  const isConfirmed = passes !== misses && undisturbed >= CONFIRMING_RUNS
  if (!isConfirmed && runs.length >= MAX_RUNS) {
    return { rate, standing: 'disturbed', isConfirmed: true }
  }
  if (passes !== misses) {
    return { rate, standing: passes > misses ? 'held' : 'missed', isConfirmed }
  }
  const isDisturbed = undisturbed === 0 && runs.length >= disturbedRuns
  return {
    rate,
    standing: isDisturbed ? 'disturbed' : 'open',
    isConfirmed: isDisturbed && runs.length >= CONFIRMING_DISTURBED_RUNS,
  }
}
