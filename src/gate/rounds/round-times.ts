import { ROUNDS_TO_CONFIRM } from '../decision/plan.ts'

/** Initial estimates in ms: starting a process, and a scenario's time beyond its measurement. */
const START_MS = 2_500
const PER_SCENARIO_MS = 2_500

/** Estimates the time of rounds, and so how many are possible. Times in ms. */
export class RoundTimes {
  readonly #durationMs: number
  #totalMs = 0
  #scenarios = 0
  #rounds = 0

  /** @param durationMs the duration of each scenario's measurement. */
  constructor(durationMs: number) {
    this.#durationMs = durationMs
  }

  /** Adds the time of a completed round. */
  add(ms: number, scenarios: number): void {
    this.#totalMs += ms
    this.#scenarios += scenarios
    this.#rounds += 1
  }

  /** Mean of completed rounds; `null` before the first. */
  get meanMs(): number | null {
    return this.#rounds === 0 ? null : this.#totalMs / this.#rounds
  }

  /** Estimates a round by the mean of completed rounds, or by the plan before the first. */
  estimate(scenarios: number): number {
    if (this.#rounds > 0) return (this.#totalMs / this.#scenarios) * scenarios
    return this.planned(scenarios)
  }

  /** Estimates a round by the plan alone. */
  planned(scenarios: number): number {
    return plannedRoundMs(scenarios, this.#durationMs)
  }
}

function plannedRoundMs(scenarios: number, durationMs: number): number {
  return 2 * (START_MS + scenarios * (PER_SCENARIO_MS + durationMs))
}

/** At 200/s, 2 s provide the requests needed to judge errors; 8 s provide those for a P50 of most operations. */
const DURATIONS_MS = [8_000, 7_000, 6_000, 5_000, 4_000, 3_000] as const
const MIN_MS = 2_000
/**
 * The duration of each scenario's measurement in ms: the longest with which the budget allows enough rounds to
 * find and confirm a regression.
 * @param budgetMs the time left for rounds.
 */
export function durationFor(budgetMs: number, scenarios: number): number {
  const fits = (ms: number) => ROUNDS_TO_CONFIRM * plannedRoundMs(scenarios, ms) <= budgetMs
  return DURATIONS_MS.find(fits) ?? MIN_MS
}

/** The minimum time of a round in ms: that of its measurements. */
export function minRoundMs(scenarios: number, durationMs: number): number {
  return 2 * scenarios * durationMs
}
