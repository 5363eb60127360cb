import { formatSeconds } from '../../src/format.ts'
import type { Expected } from './expected.ts'
import { brokenInvariants } from './invariants.ts'
import { dueIn, POPULATION, type Load } from './loads.ts'
import type { Observation } from './observation.ts'
import type { Row } from './row.ts'
import { loadIn, startedIn, totalOf, type MeasuredLoad, type RunSummary } from './run-summary.ts'
import { whyNotAsPlanned } from './timing.ts'

/** The violations of a row's expectations, one sentence each; empty if it meets them. */
export function findWrong(row: Row, seen: Observation): readonly string[] {
  const { expected } = row
  const [run] = seen.runs
  const load = loadIn(run)
  const unplanned = row.isExact ? whyNotAsPlanned(row, seen) : []
  return [
    ...unplanned.map((why) => `not run as it stands: ${why}`),
    ...wrongExit(expected, seen),
    ...wrongFile(expected, run),
    ...(run === undefined ? [] : wrongJudgement(expected, run)),
    ...(load === null ? [] : wrongFigures(row, load)),
    ...wrongEnd(expected, seen),
    ...brokenInvariants(row, seen),
  ]
}

function wrongExit({ exit, says }: Expected, { exitCode, output }: Observation): readonly string[] {
  return [
    ...(exitCode === null || exit.includes(exitCode)
      ? []
      : [`exit ${exitCode}, not ${exit.join(' or ')}`]),
    ...(says === undefined || says.test(output) ? [] : [`the output lacks ${String(says)}`]),
  ]
}

function wrongFile(
  { runFile, hasReason }: Expected,
  run: RunSummary | undefined,
): readonly string[] {
  if (runFile === 'any') return []
  if (run === undefined) return ['no run file']
  if (runFile === 'readable') return []
  const status = runFile === 'whole' ? 'complete' : 'interrupted'
  const reasons = run.scenarios.map(({ error }) => error)
  const isUnexplained = reasons.every((reason) => reason === null || reason === '')
  return [
    ...(run.status === status ? [] : [`the run file is marked ${run.status}, not ${status}`]),
    ...(startedIn(run) === 0 ? [`no requests in the run file: ${reasons.join('; ')}`] : []),
    ...(hasReason && isUnexplained ? ['no reason in the run file'] : []),
  ]
}

function wrongJudgement(expected: Expected, run: RunSummary): readonly string[] {
  const { verdict, slo = {}, nothingMissed } = expected
  const rows = run.scenarios.flatMap((scenario) => scenario.slo)
  const verdicts = run.scenarios.flatMap((scenario) => scenario.verdict?.kind ?? [])
  const table = Object.entries(slo).flatMap(([metric, outcomes]) => {
    const found = rows.filter((each) => each.metric === metric)
    if (found.length === 0) return [`no SLO row for the ${metric}`]
    return found.some(({ outcome }) => outcomes.includes(outcome))
      ? []
      : [
          `${metric} is ${found.map(({ outcome }) => outcome).join(', ')}, not ${outcomes.join(' or ')}`,
        ]
  })
  const missed = nothingMissed ? rows.filter(({ outcome }) => outcome === 'missed') : []
  return [
    ...table,
    ...missed.map(({ metric }) => `${metric} is missed`),
    ...verdicts.flatMap((kind) =>
      verdict === undefined || verdict.includes(kind)
        ? []
        : [`the measurement is ${kind}, not ${verdict.join(' or ')}`],
    ),
  ]
}

function wrongFigures({ load, expected }: Row, measured: MeasuredLoad): readonly string[] {
  const { planned, ok } = totalOf(measured)
  return [
    ...(expected.allOk && ok !== planned ? [`${ok} of ${planned} requests ok, not all`] : []),
    ...(expected.recovers ? withoutRecovery(load, measured) : []),
    ...(expected.deliveries === undefined ? [] : wrongDeliveries(load, expected, measured)),
  ]
}

function withoutRecovery({ durationMs }: Load, { intervals }: MeasuredLoad): readonly string[] {
  const second = Math.floor(durationMs / 1_000) - 1
  const last = intervals.filter((interval) => interval.second === second)
  const started = last.reduce((sum, interval) => sum + interval.started, 0)
  const ok = last.reduce((sum, interval) => sum + interval.ok, 0)
  return started > 0 && ok >= 0.9 * started
    ? []
    : [`no recovery: ${ok} of ${started} requests ok in the last second`]
}

function wrongDeliveries(
  load: Load,
  { deliveries: expected }: Expected,
  { operations }: MeasuredLoad,
): readonly string[] {
  const seen = operations.find(({ name }) => name === 'multicast')?.deliveries
  if (seen === null || seen === undefined) return ['no figures of deliveries']
  const { missing, received, expected: due } = seen
  const scheduled = dueIn(load, load.durationMs) * POPULATION
  // Multicasts of a mixed load go to a growing number of registrations.
  const isKnown = load.workload === 'multicast'
  return [
    ...(expected === 'all' && (missing > 0 || received === 0)
      ? [`${missing} of ${due} receipts missing`]
      : []),
    ...(isKnown && due !== scheduled
      ? [`${due} receipts expected of the ${scheduled} that the schedule has`]
      : []),
  ]
}

function wrongEnd(
  { endsWithinMs, ttlAboveMs }: Expected,
  { endedAfterFaultMs, registrationTtlMs }: Observation,
): readonly string[] {
  const isLate =
    endsWithinMs !== undefined && endedAfterFaultMs !== null && endedAfterFaultMs > endsWithinMs
  const isShort =
    ttlAboveMs !== undefined && (registrationTtlMs === null || registrationTtlMs < ttlAboveMs)
  return [
    ...(isLate ? [`ended ${formatSeconds(endedAfterFaultMs ?? 0)} after the signal`] : []),
    ...(isShort ? [`a registration has ${registrationTtlMs} ms left to live`] : []),
  ]
}
