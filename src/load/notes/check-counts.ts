import { shortText } from '../short-text.ts'

/** More names than this are counted together, so that a name with an id in it can't fill the memory. */
const MAX_CHECKS = 50

/** The name under which checks beyond the first 50 names are counted. */
export const OTHER_CHECKS = 'OTHER'

/** The results of one check of an operation. */
export interface CheckResult {
  readonly name: string
  readonly passed: number
  readonly failed: number
}

/** Counts whether a condition holds, and returns it. */
export type CheckCondition = (name: string, condition: boolean) => boolean

/** Counts the checks of one operation by name, in the order in which they first came. */
export class CheckCounts {
  readonly #counts = new Map<string, { passed: number; failed: number }>()

  /**
   * Counts a check. Only `true` passes: what is merely truthy, as a promise that nobody waited for, has not
   * been checked.
   */
  readonly check: CheckCondition = (name, condition) => {
    const counts = this.#counts.get(name) ?? this.#newCounts(name)
    const given: unknown = condition
    if (given === true) counts.passed++
    else counts.failed++
    return condition
  }

  finish(): readonly CheckResult[] {
    return [...this.#counts].map(([name, counts]) => ({ name, ...counts }))
  }

  #newCounts(name: unknown): { passed: number; failed: number } {
    const text = shortText(name)
    const key = this.#counts.size < MAX_CHECKS ? text : OTHER_CHECKS
    const counts = this.#counts.get(text) ?? this.#counts.get(key) ?? { passed: 0, failed: 0 }
    if (!this.#counts.has(text)) this.#counts.set(key, counts)
    return counts
  }
}
