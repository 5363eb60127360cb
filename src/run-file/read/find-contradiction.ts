import { total } from '../../load/totals.ts'
import { flawOfCounts, flawsOfOperation } from './count-flaws.ts'
import { flawsOfFault, flawsOfLosses } from './fault-flaws.ts'
import { flawOfHistogram, flawOfTrend, flawsOfHistograms } from './histogram-flaws.ts'
import { falling, fallingResponse, flawsOfColumns, flawsOfInterval } from './interval-flaws.ts'
import { flawsOfSlowest, flawsOfTraces } from './trace-flaws.ts'
import { intervalsOf } from '../json/intervals-json.ts'
import type { LoadResultJson } from '../schema/load-result-schema.ts'
import { printable } from '../../printable.ts'
import type { RunFile } from '../run-file.ts'

/**
 * Finds the first place where a run contradicts itself, with both values that can't be true together: figures
 * that disagree with their histogram, requests that appear or vanish, percentiles that fall. `null` if there is
 * none.
 * @param recordedIn the schema version of the recording.
 */
export function findContradiction(run: RunFile, recordedIn: number): string | null {
  const [first = null] = contradictions(run, recordedIn)
  return first
}

function* contradictions(run: RunFile, recordedIn: number): Generator<string> {
  for (const scenario of run.scenarios) {
    const place = `scenario ${quoted(scenario.name)}`
    if (scenario.state === 'lost') {
      const [unsound] = flawsOfColumns(scenario.intervals, quoted)
      yield* within(place, unsound === undefined ? ofSeconds(scenario) : [unsound])
    }
    if (scenario.state === 'measured') yield* ofResult(place, scenario.result, recordedIn)
  }
  for (const { name, latency } of run.microBenchmarks) {
    const { minMs, p50Ms, p75Ms, p99Ms, maxMs } = latency
    const times = { min: minMs, P50: p50Ms, P75: p75Ms, P99: p99Ms, max: maxMs }
    yield* within(`micro-benchmark ${quoted(name)}`, falling(times))
  }
  for (const { name, probes } of run.capacities) {
    for (const { rate, response } of probes) {
      yield* within(`capacity of ${quoted(name)}, probe at ${rate}/s`, fallingResponse(response))
    }
  }
}

function* ofResult(place: string, result: LoadResultJson, recordedIn: number): Generator<string> {
  const { operations } = result
  const [unsound] = flawsOfColumns(result.intervals, quoted)
  // Rows can be read only from sound columns.
  if (unsound !== undefined) return yield* within(place, [unsound])
  const byName = Map.groupBy(intervalsOf(result), ({ operation }) => operation)
  const names = new Set<string>()
  for (const operation of operations) {
    const { name } = operation
    const here = `${place}, operation ${quoted(name)}`
    if (names.has(name)) yield `${here} appears twice.`
    names.add(name)
    yield* within(here, flawsOfOperation(operation, byName.get(name) ?? [], recordedIn))
    yield* within(here, flawsOfHistograms(operation, recordedIn))
    yield* within(here, flawsOfLosses(operation, result))
    yield* within(here, flawsOfSlowest(operation))
  }
  for (const name of byName.keys()) {
    if (!names.has(name))
      yield `${place} has seconds of ${quoted(name)}, which is not one of its operations.`
  }
  yield* within(place, ofSeconds(result))
  yield* within(place, ofUsers(result.model))
  for (const metric of result.metrics) {
    if (metric.kind !== 'trend') continue
    yield* within(`${place}, metric ${quoted(metric.name)}`, flawOfTrend(metric))
  }
  for (const fault of result.faults) {
    yield* within(`${place}, fault ${quoted(fault.label)}`, flawsOfFault(fault, result))
  }
  yield* within(place, ofTime(result))
  yield* within(place, flawsOfTraces(result))
}

function* ofTime({ operations, durationMs, measuredMs }: LoadResultJson): Generator<string> {
  // Each is a difference of two times of a clock.
  if (measuredMs > durationMs + 1) {
    yield `measuredMs is ${measuredMs}, but the planned duration is ${durationMs} ms.`
  }
  const planned = total(operations, ({ counts }) => counts.planned)
  if (measuredMs === 0 && planned > 0) {
    yield `measuredMs is 0, but ${planned} requests were due in that time.`
  }
}

/** Iterations and phases of a load of users. */
function* ofUsers(model: LoadResultJson['model']): Generator<string> {
  if (model.kind === 'open') return
  const { iterations, setUp, tearDown } = model
  const { started, completed, cutShort, underWay, time } = iterations
  yield* flawOfCounts('iterations started', started, { completed, cutShort, underWay })
  yield* flawOfHistogram('time of iterations', time, { least: completed, most: started })
  for (const [phase, counts] of Object.entries({ 'set-up': setUp, 'tear-down': tearDown })) {
    const { users, ok, failed, timedOut, notDone } = counts
    yield* flawOfCounts(`users of the ${phase}`, users, { ok, failed, timedOut, notDone })
  }
}

function* ofSeconds(of: Stored): Generator<string> {
  for (const interval of intervalsOf(of)) {
    for (const flaw of flawsOfInterval(interval)) {
      yield `operation ${quoted(interval.operation)}, second ${interval.second}: ${flaw}`
    }
  }
}

type Stored = Pick<LoadResultJson, 'intervals'>

/** In characters: names chosen by users leave room for the values. */
const MAX_NAME = 60

function quoted(name: string): string {
  return `"${printable(name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name)}"`
}

function* within(place: string, flaws: Iterable<string>): Generator<string> {
  for (const flaw of flaws) yield `${place}: ${flaw}`
}
