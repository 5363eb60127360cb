/** What one probe at a rate says: the rate is met, or who gave out. */
export type ProbeOutcome = 'passed' | 'system' | 'generator'

/** One load at one rate. */
export interface Probe {
  /** Requests/s. */
  readonly rate: number
  readonly outcome: ProbeOutcome
}

/** Where the search begins and how finely it ends. */
export interface CapacitySearch {
  /** The first rate, requests/s, a whole number ≥ 1. */
  readonly from: number
  /** The bracket's width relative to its lower end, > 0; a bracket is never narrower than 1 request/s. */
  readonly precision: number
}

/** What the probes so far say: the capacity is between the two. */
export interface CapacityBracket {
  /** The highest rate that passed, with none below it that failed; `null`: none passed. */
  readonly passed: number | null
  /** The lowest rate that failed; `null`: none failed. */
  readonly failed: number | null
  /**
   * What gave out at `failed`: `system` only if every failure there was the system's, else
   * `generator`, and the system may be able to take more; `null` if nothing failed.
   */
  readonly limit: 'system' | 'generator' | null
  /** Whether the bracket is as narrow as was asked for, and each of its ends was run at least twice. */
  readonly isConfirmed: boolean
}

/**
 * Which rate to try next; `null` when the search is done. A pure function of what was found, so a
 * search that is ended early still has a bracket.
 *
 * It doubles from the first rate until one fails (or halves until one passes), bisects until the
 * bracket is as narrow as asked for, and runs each end again. Where two runs of an end disagree, a
 * third one decides, and if that moves the end the search goes on. No rate is run more than three
 * times, so it ends unless every rate passes.
 */
export function nextRate(probes: readonly Probe[], search: CapacitySearch): number | null {
  const { passed, failed } = bracketOf(probes, search)
  const split = probes.find(({ rate }) => isSplit(probes, rate))
  if (split !== undefined) return split.rate
  if (failed === null) return passed === null ? search.from : passed * 2
  if (passed === null) {
    if (failed > 1) return Math.max(Math.floor(failed / 2), 1)
    return runsAt(probes, failed).length < 2 ? failed : null
  }
  if (!isNarrow(passed, failed, search)) return Math.round((passed + failed) / 2)
  return [passed, failed].find((end) => runsAt(probes, end).length < 2) ?? null
}

/** The bracket that the probes so far make. A rate that was run several times is what most runs say. */
export function bracketOf(probes: readonly Probe[], search: CapacitySearch): CapacityBracket {
  const rates = [...new Set(probes.map(({ rate }) => rate))].toSorted((a, b) => a - b)
  const failed = rates.find((rate) => passesAt(probes, rate) * 2 < runsAt(probes, rate).length)
  const passed = rates.findLast(
    (rate) =>
      (failed === undefined || rate < failed) &&
      passesAt(probes, rate) * 2 > runsAt(probes, rate).length,
  )
  const failures = probes.filter(({ rate, outcome }) => rate === failed && outcome !== 'passed')
  const isSystem = failures.every(({ outcome }) => outcome === 'system')
  const ends = [passed ?? failed, failed]
  return {
    passed: passed ?? null,
    failed: failed ?? null,
    limit: failed === undefined ? null : isSystem ? 'system' : 'generator',
    isConfirmed:
      failed !== undefined &&
      (passed === undefined ? failed === 1 : isNarrow(passed, failed, search)) &&
      ends.every((end) => end !== undefined && runsAt(probes, end).length >= 2) &&
      !rates.some((rate) => isSplit(probes, rate)),
  }
}

function isNarrow(passed: number, failed: number, { precision }: CapacitySearch): boolean {
  return failed - passed <= Math.max(passed * precision, 1)
}

function isSplit(probes: readonly Probe[], rate: number): boolean {
  return passesAt(probes, rate) * 2 === runsAt(probes, rate).length
}

function passesAt(probes: readonly Probe[], rate: number): number {
  return runsAt(probes, rate).filter(({ outcome }) => outcome === 'passed').length
}

function runsAt(probes: readonly Probe[], rate: number): readonly Probe[] {
  return probes.filter((probe) => probe.rate === rate)
}
