import { createHash } from 'node:crypto'

/** Parameters that a load declares when its sources run. */
export interface DeclaredLoad {
  /** The arrivals' label. */
  readonly arrivals: string
  readonly warmUpMs: number
  /** A longer load is a different load: a registry that fills up is fuller at its end. */
  readonly durationMs: number
  readonly timeoutMs: number
  readonly gracePeriodMs: number
  /** `null`: the default. */
  readonly maxInFlight: number | null
  readonly seed: number
  readonly weights: Readonly<Record<string, number>>
  /** Other inputs of the load, such as command-line options; plain data. */
  readonly parameters: unknown
  /** The order in which requests take rows of data, and the number of rows; `null` without data. */
  readonly data: readonly [mode: string, rows: number] | null
  /** What breaks, and when. */
  readonly faults: readonly (readonly [time: string, label: string])[]
}

/**
 * 16 hex digits, equal for equal loads; figures of different loads can't be compared. All shards of a load have the
 * hash of the whole.
 * @param sources text by name, in any order; line ends make no difference.
 */
export function workloadHash(sources: ReadonlyMap<string, string>, load: DeclaredLoad): string {
  const texts = [...sources]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => [name, text.replaceAll('\r\n', '\n')])
  const { arrivals, warmUpMs, durationMs, timeoutMs, gracePeriodMs } = load
  const { maxInFlight, seed, weights, parameters, data } = load
  const limits = [timeoutMs, gracePeriodMs, maxInFlight]
  const operations = Object.entries(weights)
  const declared: unknown[] = [
    arrivals,
    warmUpMs,
    durationMs,
    limits,
    seed,
    operations,
    parameters ?? null,
  ]
  // Loads without data or faults keep the hash of versions that had neither.
  if (data !== null) declared.push(data)
  if (load.faults.length > 0) declared.push({ faults: load.faults })
  const text = JSON.stringify([texts, declared])
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
