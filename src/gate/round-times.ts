/** Before anything was measured, in ms: what a process takes to start, and a scenario besides its measurement. */
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

  /** A round took so long, with so many scenarios. */
  add(ms: number, scenarios: number): void {
    this.#totalMs += ms
    this.#scenarios += scenarios
    this.#rounds += 1
  }

  /** Mean of the rounds there were; `null` before the first. */
  get meanMs(): number | null {
    return this.#rounds === 0 ? null : this.#totalMs / this.#rounds
  }

  /** A round of so many scenarios: by the mean of those there were, or what is planned. */
  estimate(scenarios: number): number {
    if (this.#rounds > 0) return (this.#totalMs / this.#scenarios) * scenarios
    return 2 * (START_MS + scenarios * (PER_SCENARIO_MS + this.#durationMs))
  }
}

/** Before it has begun, a round takes at least so long, in ms: its measurements alone. */
export function leastRoundMs(scenarios: number, durationMs: number): number {
  return 2 * scenarios * durationMs
}
