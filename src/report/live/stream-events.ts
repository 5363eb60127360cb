import { resolve } from 'node:path'
import type { FaultProgress } from '../../load/faults/fault-record.ts'
import type { IntervalFigures } from '../../load/result.ts'
import { countedDeliveries } from '../../load/totals.ts'
import { intervalsOf } from '../../run-file/json/intervals-json.ts'
import { outcomeWord } from '../../run-file/outcome.ts'
import type { RunFile, ScenarioEntry } from '../../run-file/run-file.ts'
import type { LoadResultJson } from '../../run-file/schema/load-result-schema.ts'
import type { RunEvent, RunningScenario } from './run-event.ts'
import type { StreamEventBody } from './stream-schema.ts'

/** Between two progress lines of a load, in ms; the reporter gets progress twice per second. */
const PROGRESS_MS = 900

interface ToldLoad {
  /** Number of seconds whose intervals were told. */
  seconds: number
  phase: string
  progressMs: number
  /** The states of faults that were told. */
  readonly faults: string[]
}

/** Turns what happens in a run into the lines of its stream: flat, and without histograms. */
export class StreamEvents {
  readonly #told = new Map<string, ToldLoad>()
  #generators: RunFile['generators'] = { kind: 'one' }

  /** @param nowMs on a monotonic clock. */
  of(event: RunEvent, nowMs: number): readonly StreamEventBody[] {
    switch (event.event) {
      case 'run-started':
        this.#generators = event.run.generators
        return [runStarted(event)]
      case 'scenario-started':
        return [scenarioStarted(event)]
      case 'load-started':
        return [loadStarted(event)]
      case 'progress':
        return this.#progress(event, nowMs)
      case 'scenario-ended':
        return event.entries.flatMap((entry, load) => this.#ended(event.scenario, entry, load))
      case 'micro-benchmarks':
        return event.entries.map((entry) => ({ event: 'micro-benchmark', ...entry }))
      case 'run-ended':
        return [runEnded(event)]
    }
  }

  #progress(
    { scenario, load, progress }: Extract<RunEvent, { event: 'progress' }>,
    nowMs: number,
  ): readonly StreamEventBody[] {
    const told = this.#toldOf(scenario, load)
    const intervals = [
      ...this.#faults(scenario, load, progress.faults),
      ...this.#intervals(scenario, load, progress.intervals),
    ]
    const { phase } = progress
    if (phase === told.phase && nowMs - told.progressMs < PROGRESS_MS) return intervals
    told.phase = phase
    told.progressMs = nowMs
    const { elapsedMs, durationMs, startedPerSecond, inFlight, errors, dropped, p99Ms } = progress
    const { receipts } = progress
    const { seconds, started, ok, p50Ms, p95Ms } = progress.soFar
    return [
      ...intervals,
      {
        event: 'progress',
        ...ofLoad(scenario, load),
        phase,
        measuredMs: Math.round(elapsedMs),
        durationMs,
        startedPerSecond,
        inFlight,
        errors,
        dropped,
        soFar: { seconds, started, ok, p50Ms, p95Ms, p99Ms },
        receipts,
      },
    ]
  }

  #ended(scenario: RunningScenario, entry: ScenarioEntry, load: number): StreamEventBody[] {
    const { name, error } = entry
    const measured = entry.state === 'measured' ? entry : null
    // Progress ends before the last seconds are summed up.
    const intervals =
      entry.state === 'unmeasured' ? [] : intervalsOf(entry.state === 'lost' ? entry : entry.result)
    const lines = [
      ...this.#faults(scenario, load, measured?.result.faults ?? []),
      ...this.#intervals(scenario, load, intervals),
    ]
    this.#told.delete(keyOf(scenario, load))
    return [
      ...lines,
      {
        event: 'scenario-ended',
        ...ofLoad(scenario, load),
        scenario: name,
        outcome: outcomeWord(entry, { generators: this.#generators }),
        error,
        verdict: measured?.verdict ?? null,
        slo: measured?.slo ?? [],
        operations: measured?.result.operations.map(operationFigures) ?? [],
      },
    ]
  }

  /** Lines of the faults whose state has changed. */
  #faults(
    scenario: RunningScenario,
    load: number,
    faults: readonly FaultProgress[],
  ): readonly StreamEventBody[] {
    const told = this.#toldOf(scenario, load).faults
    return faults.flatMap((fault, number) => {
      const { label, what, plannedAtMs, state } = fault
      if (state === 'planned' || told[number] === state) return []
      told[number] = state
      return [
        {
          event: 'fault',
          ...ofLoad(scenario, load),
          label,
          what,
          number,
          plannedAtMs,
          state,
          fromMs: 'fromMs' in fault ? fault.fromMs : null,
          toMs: 'toMs' in fault ? fault.toMs : null,
          reason: 'reason' in fault ? fault.reason : null,
        },
      ]
    })
  }

  /** Lines of the seconds not yet told. */
  #intervals(
    scenario: RunningScenario,
    load: number,
    intervals: readonly IntervalFigures[],
  ): readonly StreamEventBody[] {
    const told = this.#toldOf(scenario, load)
    const untold = intervals.filter(({ second }) => second >= told.seconds)
    for (const { second } of untold) told.seconds = Math.max(told.seconds, second + 1)
    return untold.map((interval) => ({
      event: 'interval',
      ...ofLoad(scenario, load),
      ...withoutCounts(interval),
    }))
  }

  #toldOf(scenario: RunningScenario, load: number): ToldLoad {
    const key = keyOf(scenario, load)
    const told = this.#told.get(key) ?? { seconds: 0, phase: '', progressMs: -Infinity, faults: [] }
    this.#told.set(key, told)
    return told
  }
}

function keyOf({ id }: RunningScenario, load: number): string {
  return `${load} ${id}`
}

function ofTest({ id, name, file }: RunningScenario) {
  return { testId: id, scenario: name, file }
}

function ofLoad(scenario: RunningScenario, load: number) {
  return { ...ofTest(scenario), load }
}

function runStarted({
  run,
  scenarios,
  microFiles,
}: Extract<RunEvent, { event: 'run-started' }>): StreamEventBody {
  const { startedAt, profile, commit, system, generators } = run
  return {
    event: 'run-started',
    startedAt,
    profile,
    commit,
    system,
    generators,
    scenarios,
    microFiles,
  }
}

function scenarioStarted({
  scenario,
  place,
}: Extract<RunEvent, { event: 'scenario-started' }>): StreamEventBody {
  return { event: 'scenario-started', ...ofTest(scenario), kind: scenario.kind, ...place }
}

function loadStarted({
  scenario,
  load,
  outline,
}: Extract<RunEvent, { event: 'load-started' }>): StreamEventBody {
  const { model, label, durationMs, warmUpMs, bounds } = outline
  return {
    event: 'load-started',
    ...ofLoad(scenario, load),
    model,
    label,
    durationMs,
    warmUpMs,
    bounds,
  }
}

function operationFigures(operation: LoadResultJson['operations'][number]) {
  const { name, counts, errors, response, service, lateness, deliveries } = operation
  const { losses, unavailableMs } = operation
  const receipts = countedDeliveries(deliveries)
  return {
    operation: name,
    counts,
    errors,
    response: response.figures,
    service: service.figures,
    lateness: lateness.figures,
    receipts: receipts === null ? null : receiptCounts(receipts),
    losses,
    unavailableMs,
  }
}

function receiptCounts({ expected, received, missing, duplicates }: ReceiptCounts): ReceiptCounts {
  return { expected, received, missing, duplicates }
}

type ReceiptCounts = Readonly<Record<'expected' | 'received' | 'missing' | 'duplicates', number>>

function runEnded({
  run,
  exitCode,
  paths,
}: Extract<RunEvent, { event: 'run-ended' }>): StreamEventBody {
  const outcomes: Record<string, number> = {}
  for (const scenario of run.scenarios) {
    const outcome = outcomeWord(scenario, run)
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  }
  const files = Object.entries(paths ?? {}).map(([kind, path]) => [kind, resolve(path)] as const)
  return {
    event: 'run-ended',
    status: run.status === 'complete' ? 'complete' : 'interrupted',
    exitCode,
    outcomes,
    paths: paths === null ? null : Object.fromEntries(files),
  }
}

/** Without receipts, which are known only at the end, and histograms. */
function withoutCounts(interval: IntervalFigures) {
  const { second, operation, planned, started, dropped, ok, failed, timedOut } = interval
  const { inFlight, errors, lateness, response } = interval
  const counts = { second, operation, planned, started, dropped, ok, failed, timedOut }
  if (response === null) return { ...counts, inFlight, errors, lateness, response }
  const { p50Ms, p95Ms, p99Ms, maxMs } = response
  return { ...counts, inFlight, errors, lateness, response: { p50Ms, p95Ms, p99Ms, maxMs } }
}
