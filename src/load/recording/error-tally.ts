import { errorCode, errorSample } from './error-code.ts'

/** More codes than this are counted together, so that a code with an id in it can't fill the memory. */
const MAX_ERROR_CODES = 50
const OTHER_ERRORS = 'OTHER'

/** The number of failures with one error code, and the first message. */
export interface ErrorCount {
  readonly code: string
  readonly count: number
  readonly sample: string
}

/** Counts errors by code. */
export class ErrorTally {
  readonly #errors = new Map<string, { count: number; readonly sample: string }>()

  /** Counts an error, and returns the code under which it is counted. */
  add(error: unknown): string {
    const code = errorCode(error)
    const known = this.#errors.get(code)
    if (known !== undefined) {
      known.count++
      return code
    }
    const isFull = this.#errors.size >= MAX_ERROR_CODES && code !== OTHER_ERRORS
    const key = isFull ? OTHER_ERRORS : code
    const entry = this.#errors.get(key) ?? { count: 0, sample: errorSample(error) }
    entry.count++
    this.#errors.set(key, entry)
    return key
  }

  /** The most frequent first. */
  get counts(): readonly ErrorCount[] {
    return [...this.#errors]
      .map(([code, { count, sample }]) => ({ code, count, sample }))
      .sort((a, b) => b.count - a.count)
  }
}

/** Adds up the counts of several tallies, the most frequent first, each with the first sample there is, if they have any. */
export function mergeErrors<Errors extends Pick<ErrorCount, 'code' | 'count'>>(
  errors: readonly Errors[],
): readonly Errors[] {
  const merged = new Map<string, Errors>()
  for (const error of errors) {
    const first = merged.get(error.code) ?? { ...error, count: 0 }
    merged.set(error.code, { ...first, count: first.count + error.count })
  }
  return [...merged.values()].toSorted((a, b) => b.count - a.count)
}
