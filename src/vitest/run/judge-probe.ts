import { formatBeside, formatBound } from '../../format-bound.ts'
import { withIntervals } from '../../run-file/json/intervals-json.ts'
import type { ProbeOutcome } from '../../load/capacity.ts'
import { leastRequests, type LeastRequests } from '../../load/least-requests.ts'
import { percentileMs, sumOf } from '../../load/recording/histogram.ts'
import type { SloRow } from '../../load/slo/slo-row.ts'
import { achievedPerSecond } from '../../load/totals.ts'
import { MEDIAN_LATENESS } from '../../load/verdict/judge-pace.ts'
import type { VerdictReason } from '../../load/verdict/verdict-thresholds.ts'
import { deserializeHistogram } from '../../run-file/json/histogram-json.ts'
import { ownErrors } from '../../run-file/outcome.ts'
import type { ProbeEntry, ScenarioEntry } from '../../run-file/run-file.ts'

/** The judgement of one probe. */
export type ProbeJudgement =
  | {
      readonly kind: 'judged'
      readonly probe: ProbeEntry
      /** The scenario's requirements, known only after a run. */
      readonly name: string
      /** The number of requests that its SLO needs. */
      readonly least: LeastRequests
    }
  /** Ended from outside; its rate is not judged. */
  | { readonly kind: 'interrupted' }
  /** The capacity of this scenario can't be searched for; the message says why. */
  | { readonly kind: 'unfit'; readonly message: string }

type Measured = ScenarioEntry & { readonly state: 'measured' }

/** Judges a scenario's test at one rate. */
export function judgeProbe(rate: number, entries: readonly ScenarioEntry[]): ProbeJudgement {
  if (entries.some(({ testStatus }) => testStatus === 'cancelled')) return { kind: 'interrupted' }
  const [entry, ...others] = entries
  if (entry === undefined) return { kind: 'unfit', message: 'It has no test.' }
  if (others.length > 0) {
    const message = `It makes ${entries.length} loads; a capacity search needs exactly one.`
    return { kind: 'unfit', message }
  }
  if (entry.state !== 'measured') return { kind: 'unfit', message: entry.error }
  if (entry.slo.every(({ isDefault }) => isDefault)) {
    const message = 'It asserts no SLO that a rate could miss. Add expect(result).toMeetSlo({ … }).'
    return { kind: 'unfit', message: ownErrors(entry.error).join(' ') || message }
  }
  const planned = entry.result.operations.map(({ name, counts }) => [name, counts.planned] as const)
  return {
    kind: 'judged',
    probe: probeOf(rate, entry),
    name: entry.name,
    least: leastRequests(entry.bounds, new Map(planned)),
  }
}

function probeOf(rate: number, entry: Measured): ProbeEntry {
  const { operations, durationMs, startedAt } = entry.result
  const response = sumOf(operations.map((operation) => deserializeHistogram(operation.response)))
  return {
    rate,
    durationMs,
    ...outcomeOf(entry),
    startedAt,
    achievedPerSecond: achievedPerSecond(withIntervals(entry.result)) ?? 0,
    response: {
      p50Ms: percentileMs(response, 50),
      p95Ms: percentileMs(response, 95),
      p99Ms: percentileMs(response, 99),
      maxMs: percentileMs(response, 100),
    },
    latenessP99Ms: latenessP99Ms(entry),
  }
}

/**
 * A rate passes if its SLO is met and the measurement is sound, or only its median lateness is in doubt: then all
 * requests are equally late, and an SLO met in spite of that is met. Otherwise the system is the limit, unless the
 * generator may be, which makes the probe disturbed. To tell, the generator's lateness is subtracted from the
 * system's times twice: once for requests that started late (leaving the service time), and once for answers that
 * waited for the same busy thread.
 */
function outcomeOf(entry: Measured): { outcome: ProbeOutcome; reasons: string[] } {
  const { verdict, slo } = entry
  const allDoubts = verdict.kind === 'valid' ? [] : verdict.reasons
  const doubts = allDoubts.filter(({ figure }) => figure !== MEDIAN_LATENESS)
  const ownDoubts = doubts.filter((doubt) => isOfGenerator(doubt, doubts))
  // A bound with nothing to measure means that nothing succeeded.
  const missed = slo.filter((row) => row.outcome === 'missed' || row.measured === null)
  const reasons = [
    ...slo.filter(({ outcome }) => outcome !== 'met').map(describe),
    ...doubts.map(({ message }) => message),
  ]
  if (reasons.length === 0) {
    if (entry.testStatus === 'passed') return { outcome: 'passed', reasons }
    return { outcome: 'system', reasons: [entry.error ?? 'the test failed'] }
  }
  const isSystem =
    ownDoubts.length === 0
      ? missed.length > 0 || slo.every(({ outcome }) => outcome === 'met')
      : missed.some((row) => isMissedAnyhow(row, latenessP99Ms(entry) ?? 0))
  return { outcome: isSystem ? 'system' : 'generator', reasons }
}

/**
 * Whether a doubt about a measurement is the generator's fault. A system that doesn't answer also causes dropped and
 * unfinished requests, and dropped ones are missing from those started.
 */
function isOfGenerator(doubt: VerdictReason, all: readonly VerdictReason[]): boolean {
  const { figure, measured, threshold } = doubt
  if (figure !== 'achieved/planned') return figure !== 'dropped' && figure !== 'unfinished'
  const dropped = all.find((other) => other.figure === 'dropped')?.measured ?? 0
  return measured + dropped < threshold
}

/** Whether a time exceeds its bound by more than a busy generator can have added. */
function isMissedAnyhow({ unit, bound, punctual }: SloRow, latenessMs: number): boolean {
  return unit === 'ms' && punctual !== null && punctual - latenessMs >= bound
}

function latenessP99Ms({ result }: Measured): number | null {
  const all = result.operations.map(({ lateness }) => deserializeHistogram(lateness))
  return percentileMs(sumOf(all), 99)
}

function describe({
  operation,
  metric,
  unit,
  comparison,
  bound,
  measured,
  outcome,
}: SloRow): string {
  const found = measured === null ? 'nothing measured' : formatBeside(measured, bound, unit)
  const note = outcome === 'inconclusive' ? ', inconclusive' : ''
  return `${operation} ${metric} ${found}, not ${comparison} ${formatBound(bound, unit)}${note}`
}
