import { requestOutcomes } from '../request-outcomes.ts'
import type { LoadProgress } from '../../load/recording/load-recorder.ts'
import type { ExactCounts } from '../../load/recording/exact-counts.ts'
import { achievedPerSecond, countedDeliveries } from '../../load/totals.ts'
import { readStoredCounts, type BucketCount } from '../../run-file/json/histogram-json.ts'
import { intervalsOf } from '../../run-file/json/intervals-json.ts'
import type { ScenarioEntry } from '../../run-file/run-file.ts'
import type { HistogramJson } from '../../run-file/schema/values-schema.ts'
import { formatBound } from '../../format-bound.ts'

/** The times that metrics have of each operation. */
export const TIMES = ['response', 'service', 'lateness'] as const
export type TimeName = (typeof TIMES)[number]

/** An operation's figures so far. Counts only grow. */
export interface OperationFigures {
  readonly requests: Map<string, number>
  readonly errors: Map<string, number>
  readonly receipts: Map<string, number>
  readonly times: Record<TimeName, readonly BucketCount[]>
  /** Requests/s, in the last second or, in the end, over the whole load; `null` before there are any. */
  asked: number | null
  achieved: number | null
}

/** The figures of one load: from its progress while it runs, and in the end those of the run file. */
export class LoadFigures {
  readonly startMs = Date.now()
  readonly operations = new Map<string, OperationFigures>()
  inFlight = 0
  isEnded = false
  /** `null` before it was judged. */
  isValid: boolean | null = null
  slo: readonly { readonly bound: string; readonly operation: string; readonly isMet: boolean }[] =
    []
  /** The latest values of each part, by what they are of. */
  readonly #latest = new Map<string, Map<number, number>>()

  /** @param part which of several processes tells it: those of one load are added up. */
  progress({ inFlight, intervals, exact }: LoadProgress, part = 0): void {
    if (this.isEnded) return
    const latest = (of: string, value: number): number => {
      const parts = this.#latest.get(of) ?? new Map<number, number>()
      this.#latest.set(of, parts.set(part, value))
      return [...parts.values()].reduce((total, one) => total + one, 0)
    }
    this.inFlight = latest('in flight', inFlight)
    for (const interval of intervals) {
      const figures = this.#of(interval.operation)
      const { ok, failed, timedOut, dropped } = interval
      for (const [outcome, count] of Object.entries({ ok, failed, timed_out: timedOut, dropped })) {
        add(figures.requests, outcome, count)
      }
      for (const { code, count } of interval.errors) add(figures.errors, code, count)
      const { operation, planned, started } = interval
      if (planned !== null) figures.asked = latest(`asked ${operation}`, planned)
      figures.achieved = latest(`achieved ${operation}`, started)
    }
    for (const { operation, ...times } of exact?.times ?? []) {
      const figures = this.#of(operation)
      for (const name of TIMES) figures.times[name] = sum(figures.times[name], times[name])
    }
    for (const { operation, received } of exact?.receipts ?? []) {
      this.#of(operation).receipts.set('received', latest(`received ${operation}`, received))
    }
  }

  /** Replaces what progress told by the run file's figures. */
  end(entry: ScenarioEntry): void {
    // Its last seconds are lost with the process that measured it.
    if (entry.state !== 'measured') return this.abandon()
    this.isEnded = true
    this.inFlight = 0
    const { result, verdict, slo, testStatus } = entry
    this.isValid = verdict.kind !== 'invalid' && !result.isInterrupted && testStatus !== 'cancelled'
    this.slo = slo.flatMap(({ operation, metric, comparison, bound, unit, outcome, windows }) => {
      if (outcome === 'inconclusive') return []
      const every = windows === null ? '' : ` every ${windows.everyMs / 1_000} s`
      const text = `${metric} ${comparison} ${formatBound(bound, unit)}${every}`
      return [{ bound: text, operation, isMet: outcome === 'met' }]
    })
    const seconds = { intervals: intervalsOf(result), measuredMs: result.measuredMs }
    for (const { name, counts, errors, deliveries, ...times } of result.operations) {
      const counted = countedDeliveries(deliveries)
      const { measuredMs } = result
      this.operations.set(name, {
        requests: new Map(Object.entries(requestOutcomes(counts))),
        errors: new Map(errors.map(({ code, count }) => [code, count])),
        receipts: new Map(
          counted === null
            ? []
            : Object.entries({ received: counted.received, missing: counted.missing }),
        ),
        times: {
          response: storedCounts(times.response),
          service: storedCounts(times.service),
          lateness: storedCounts(times.lateness),
        },
        asked: measuredMs === 0 ? null : (counts.planned * 1_000) / measuredMs,
        achieved: achievedPerSecond(seconds, name),
      })
    }
  }

  /** Keeps what progress told: there will be no more. */
  abandon(): void {
    this.isEnded = true
    this.inFlight = 0
    this.isValid = false
  }

  #of(operation: string): OperationFigures {
    const known = this.operations.get(operation)
    if (known !== undefined) return known
    const figures: OperationFigures = {
      requests: new Map(),
      errors: new Map(),
      receipts: new Map(),
      times: { response: [], service: [], lateness: [] },
      asked: null,
      achieved: null,
    }
    this.operations.set(operation, figures)
    return figures
  }
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count)
}

function sum(counts: readonly BucketCount[], more: ExactCounts): readonly BucketCount[] {
  if (more.length === 0) return counts
  const all = new Map(counts)
  for (let i = 0; i < more.length; i += 2) {
    const bucket = more[i] ?? 0
    all.set(bucket, (all.get(bucket) ?? 0) + (more[i + 1] ?? 0))
  }
  return [...all].toSorted(([a], [b]) => a - b)
}

function storedCounts({ hdrV2Base64 }: HistogramJson): readonly BucketCount[] {
  const stored = readStoredCounts(hdrV2Base64)
  return stored.kind === 'flawed' ? [] : stored.counts
}
