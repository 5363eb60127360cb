import { createHash } from 'node:crypto'

/** What a load is, apart from its sources: what they come to when they are run. */
export interface DeclaredLoad {
  /** The arrivals' label. */
  readonly arrivals: string
  readonly warmUpMs: number
  /** A longer load is another one: a registry that fills as it goes is fuller at its end. */
  readonly durationMs: number
  readonly timeoutMs: number
  readonly gracePeriodMs: number
  /** `null`: the default. */
  readonly maxInFlight: number | null
  readonly seed: number
  readonly weights: Readonly<Record<string, number>>
  /** What else it depends on, such as options of a command line; plain data. */
  readonly parameters: unknown
  /** In which order requests take rows of data, and how many there are; `null` without any. */
  readonly data: readonly [mode: string, rows: number] | null
}

/**
 * 16 hex digits that are the same for loads that are the same: figures of others can't be compared.
 * All shares of a load have that of the whole.
 * @param sources text by name, in any order; how lines end makes no difference.
 */
export function workloadHash(sources: ReadonlyMap<string, string>, load: DeclaredLoad): string {
  const texts = [...sources]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => [name, text.replaceAll('\r\n', '\n')])
  const { arrivals, warmUpMs, durationMs, timeoutMs, gracePeriodMs } = load
  const { maxInFlight, seed, weights, parameters, data } = load
  const limits = [timeoutMs, gracePeriodMs, maxInFlight]
  const operations = Object.entries(weights)
  const declared = [arrivals, warmUpMs, durationMs, limits, seed, operations, parameters ?? null]
  // Loads without data keep the hash that they had before there was any.
  const text = JSON.stringify([texts, data === null ? declared : [...declared, data]])
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
