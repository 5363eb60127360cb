import { ROUNDS_TO_CONFIRM } from '../decision/plan.ts'

/** First estimates, in ms: the start of a process, and a scenario's time besides its measurement. */
const START_MS = 2_500
const PER_SCENARIO_MS = 2_500

/** How long rounds take, to say how many are possible. Times in ms. */
export class RoundTimes {
  readonly #durationMs: number
  #totalMs = 0
  #scenarios = 0
  #rounds = 0

  /** @param durationMs of each scenario's measurement. */
  constructor(durationMs: number) {
    this.#durationMs = durationMs
  }

  /** Adds the time of a round. */
  add(ms: number, scenarios: number): void {
    this.#totalMs += ms
    this.#scenarios += scenarios
    this.#rounds += 1
  }

  /** Mean of the rounds made; `null` before the first. */
  get meanMs(): number | null {
    return this.#rounds === 0 ? null : this.#totalMs / this.#rounds
  }

  /** Estimate of a round: by the mean of those made, or by the plan before the first. */
  estimate(scenarios: number): number {
    if (this.#rounds > 0) return (this.#totalMs / this.#scenarios) * scenarios
    return this.planned(scenarios)
  }

  /** Estimate of a round by the plan alone. */
  planned(scenarios: number): number {
    return plannedRoundMs(scenarios, this.#durationMs)
  }
}

function plannedRoundMs(scenarios: number, durationMs: number): number {
  return 2 * (START_MS + scenarios * (PER_SCENARIO_MS + durationMs))
}

/** At 200/s, 2 s have the requests that errors need; of 8 s, most operations have those of a P50. */
const DURATIONS_MS = [8_000, 7_000, 6_000, 5_000, 4_000, 3_000] as const
const MIN_MS = 2_000
/**
 * How long to measure each scenario in a round, in ms: as long as the budget has enough rounds of it
 * to find a regression and confirm it.
 * @param budgetMs what is left for rounds.
 */
export function durationFor(budgetMs: number, scenarios: number): number {
  const fits = (ms: number) => ROUNDS_TO_CONFIRM * plannedRoundMs(scenarios, ms) <= budgetMs
  return DURATIONS_MS.find(fits) ?? MIN_MS
}

/** The least time of a round, in ms: that of its measurements. */
export function leastRoundMs(scenarios: number, durationMs: number): number {
  return 2 * scenarios * durationMs
}
