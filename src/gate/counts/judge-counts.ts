import type { OperationName } from '../operations/operations.ts'
import type { OperationCounts, Repeat } from './operation-counts.ts'

/** A counter that differs between the versions, per call of the operation. */
export interface CountChange {
  /** `Redis HGET`, `NATS messages`, `NATS bytes`. */
  readonly counter: string
  readonly baseline: number
  readonly candidate: number
}

/** The verdict of exact counts on one operation. */
export interface CountVerdict {
  readonly operation: OperationName
  /**
   * - `regression`: more calls to Redis, more messages, or over 5 % more bytes per call;
   * - `improvement`: fewer of any, and more of none;
   * - `changed`: other commands or a few bytes, with the same numbers of calls and messages;
   * - `pass`: nothing differs.
   */
  readonly verdict: 'regression' | 'improvement' | 'changed' | 'pass'
  readonly changes: readonly CountChange[]
}

/** The smallest relative change of bytes that counts, as for latencies. */
const BYTES_EFFECT = 0.05

/**
 * Compares both versions' requests to the servers. A counter that is the same in all repeats of a version is
 * exact: one more is a finding. A counter that varies includes housekeeping, which depends on the clock:
 * only nearly one more per call of the operation is a finding.
 * @param baseline has the same operations as `candidate`, with as many calls and repeats.
 */
export function judgeCounts(
  baseline: readonly OperationCounts[],
  candidate: readonly OperationCounts[],
): readonly CountVerdict[] {
  return candidate.flatMap((counts) => {
    const before = baseline.find(({ operation }) => operation === counts.operation)
    return before === undefined ? [] : [judgeOperation(before, counts)]
  })
}

function judgeOperation(baseline: OperationCounts, candidate: OperationCounts): CountVerdict {
  const { operation, calls } = candidate
  const redis = commandsOf([...baseline.repeats, ...candidate.repeats]).flatMap((command) => {
    const countOf = ({ redisCalls }: Repeat) => redisCalls[command] ?? 0
    return changeOf(`Redis ${command.toUpperCase()}`, baseline, candidate, countOf)
  })
  const messages = changeOf(
    'NATS messages',
    baseline,
    candidate,
    ({ natsMessages }) => natsMessages,
  )
  const bytes = bytesChangeOf(baseline, candidate)
  const directions = [
    Math.sign(sumOf(redis)),
    Math.sign(sumOf(messages)),
    ...bytes.map((change) =>
      Math.abs(change.candidate - change.baseline) > BYTES_EFFECT * change.baseline
        ? Math.sign(change.candidate - change.baseline)
        : 0,
    ),
  ]
  const changes = [...redis, ...messages, ...bytes].map(({ counter, ...totals }) => ({
    counter,
    baseline: totals.baseline / calls,
    candidate: totals.candidate / calls,
  }))
  if (directions.includes(1)) return { operation, verdict: 'regression', changes }
  if (directions.includes(-1)) return { operation, verdict: 'improvement', changes }
  return { operation, verdict: changes.length === 0 ? 'pass' : 'changed', changes }
}

function commandsOf(repeats: readonly Repeat[]): readonly string[] {
  return [...new Set(repeats.flatMap(({ redisCalls }) => Object.keys(redisCalls)))].toSorted()
}

/** Nearly one more per call: 0.9 rather than 1, because housekeeping varies. */
const WHOLE_CALL = 0.9

/** At most one change, in totals per repeat. */
function changeOf(
  counter: string,
  baseline: OperationCounts,
  candidate: OperationCounts,
  countOf: (repeat: Repeat) => number,
): readonly CountChange[] {
  const b = rangeOf(baseline.repeats.map(countOf))
  const h = rangeOf(candidate.repeats.map(countOf))
  const areExact = b.min === b.max && h.min === h.max
  if (areExact) {
    return b.min === h.min ? [] : [{ counter, baseline: b.min, candidate: h.min }]
  }
  const whole = WHOLE_CALL * candidate.calls
  if (h.min - b.max >= whole) return [{ counter, baseline: b.max, candidate: h.min }]
  if (b.min - h.max >= whole) return [{ counter, baseline: b.min, candidate: h.max }]
  return []
}

/** Compares repeat by repeat: message numbers grow by a digit at the same call in both versions. */
function bytesChangeOf(
  baseline: OperationCounts,
  candidate: OperationCounts,
): readonly CountChange[] {
  const pairs = candidate.repeats.map(({ natsBytes }, i) => ({
    candidate: natsBytes,
    baseline: baseline.repeats[i]?.natsBytes ?? natsBytes,
  }))
  const [first] = pairs
  const isChanged = pairs.every((pair) => pair.candidate !== pair.baseline)
  const isOneWay =
    new Set(pairs.map((pair) => Math.sign(pair.candidate - pair.baseline))).size === 1
  return first !== undefined && isChanged && isOneWay ? [{ counter: 'NATS bytes', ...first }] : []
}

function rangeOf(values: readonly number[]): { readonly min: number; readonly max: number } {
  return { min: Math.min(...values), max: Math.max(...values) }
}

function sumOf(changes: readonly CountChange[]): number {
  return changes.reduce((sum, { baseline, candidate }) => sum + candidate - baseline, 0)
}
