import { formatSeconds } from '../../src/format.ts'
import { isOfGenerator } from './faults.ts'
import { dueIn, GRACE_MS, TIMEOUT_MS } from './loads.ts'
import type { Observation } from './observation.ts'
import type { Row } from './row.ts'
import { loadIn, totalOf, type Counts, type MeasuredLoad } from './run-summary.ts'

/** Time allowed beyond warm-up, duration, timeout and grace period, in ms. */
const SLACK_MS = 5_000
/** The maximum length of a start of unknown length, in ms. */
const MAX_START_MS = 15_000
/** The maximum difference, in requests, between an interrupted schedule and its running time. */
const EDGE_REQUESTS = 2

const MIN_SUCCESS = 0.99

/** How the sentence that ends a run begins, by exit code. */
const SAYS: Readonly<Record<number, RegExp>> = {
  0: /^(All [\d,]+ SLOs are met|The SLO is met|No SLO was judged)\./m,
  1: /^(Missed|Failed): /m,
  3: /^(Inconclusive|Interrupted)\b/m,
}

/** The maximum time from the command's start to its end, in ms. */
export function allowedMs(
  { load, stage }: Pick<Row, 'load' | 'stage'>,
  startUpMs: number | null,
  stoppedMs: number,
): number {
  const start = startUpMs === null || stage.output !== 'pipe' ? MAX_START_MS : startUpMs
  // A known start includes the warm-up.
  const warmUp = startUpMs === null ? load.warmUpMs : 0
  return start + warmUp + load.durationMs + TIMEOUT_MS + GRACE_MS + SLACK_MS + stoppedMs
}

/** Violations of the invariants of every run, whatever the faults; one sentence each. */
export function brokenInvariants(row: Row, seen: Observation): readonly string[] {
  return [
    ...passedUnduly(seen),
    ...missedByGenerator(row, seen),
    ...tookTooLong(row, seen),
    ...unreadable(seen),
    ...left(row, seen),
    ...wrongCounts(row, seen),
    ...untruthful(row, seen),
  ]
}

function passedUnduly({ exitCode, runs }: Observation): readonly string[] {
  if (exitCode !== 0) return []
  const load = loadIn(runs[0])
  if (load === null) return ['exit 0 without figures']
  const { planned, ok } = totalOf(load)
  return ok >= planned * MIN_SUCCESS ? [] : [`exit 0 with ${ok} of ${planned} requests ok`]
}

function missedByGenerator(row: Row, { exitCode, runs }: Observation): readonly string[] {
  if (!hitsOnlyGenerator(row)) return []
  const missed = runs
    .flatMap(({ scenarios }) => scenarios.flatMap(({ slo }) => slo))
    .filter(({ outcome }) => outcome === 'missed')
    .map(({ metric }) => `${metric} is missed, and only the generator was hit`)
  return exitCode === 1 && missed.length === 0 ? ['exit 1, and only the generator was hit'] : missed
}

/**
 * A busy machine may miss the user's own bounds. A server that is slow for less than the timeout misses
 * no default bound: rows use this to keep requests in flight during a fault of the generator.
 */
function hitsOnlyGenerator({ load, steps }: Row): boolean {
  const hasDefaultBounds = load.as === 'flags' && load.slos.length === 0
  return (
    hasDefaultBounds &&
    steps.some(({ fault }) => isOfGenerator(fault)) &&
    steps.every(
      ({ fault }) =>
        isOfGenerator(fault) || (fault.kind === 'stop' && fault.forMs <= TIMEOUT_MS / 2),
    )
  )
}

function tookTooLong(row: Row, seen: Observation): readonly string[] {
  const { exitCode, tookMs, startUpMs, stoppedMs } = seen
  const allowed = allowedMs(row, startUpMs, stoppedMs)
  if (exitCode === null) return [`still running after ${formatSeconds(tookMs)}`]
  if (tookMs <= allowed) return []
  return [`took ${formatSeconds(tookMs)} of at most ${formatSeconds(allowed)}`]
}

function unreadable({ exitCode, hasOpened, runs, fileProblems }: Observation): readonly string[] {
  const needed = hasOpened || exitCode === 0 || exitCode === 1 || exitCode === 3
  return [
    ...fileProblems,
    ...(needed && runs.length === 0 && fileProblems.length === 0 ? ['no run file'] : []),
    ...(runs.length > 1 ? [`${runs.length} run files`] : []),
  ]
}

function left({ steps }: Row, { leftRunning, leftBehind }: Observation): readonly string[] {
  const isMainKilled = steps.some(
    ({ fault }) => fault.kind === 'kill' && (fault.victim === 'main' || fault.victim === 'npm'),
  )
  // A killed process can't remove its socket.
  const undue = leftBehind.filter((name) => !(isMainKilled && name.endsWith('.sock')))
  return [
    ...leftRunning.map((command) => `left running: ${command}`),
    ...undue.map((name) => `left behind: ${name}`),
  ]
}

function wrongCounts(row: Row, { exitCode, runs }: Observation): readonly string[] {
  const load = loadIn(runs[0])
  if (load === null) return []
  const total = totalOf(load)
  return [
    ...load.operations.flatMap(({ name, counts }) =>
      breachesOfLaw(counts).map((breach) => `${name}: ${breach}`),
    ),
    ...load.operations.flatMap(({ name, deliveries }) =>
      deliveries === null || deliveries.expected === deliveries.received + deliveries.missing
        ? []
        : [
            `${name}: ${deliveries.expected} receipts expected, but ${deliveries.received} received + ${deliveries.missing} missing`,
          ],
    ),
    ...wrongPlan(row, load, total.planned, exitCode),
  ]
}

function breachesOfLaw(counts: Counts): readonly string[] {
  const { planned, started, dropped, notStarted, ok, failed, timedOut, unfinished } = counts
  return [
    ...(planned === started + dropped + notStarted
      ? []
      : [
          `${planned} planned, but ${started} started + ${dropped} dropped + ${notStarted} not started`,
        ]),
    ...(started === ok + failed + timedOut + unfinished
      ? []
      : [
          `${started} started, but ${ok} ok + ${failed} failed + ${timedOut} timed out + ${unfinished} unfinished`,
        ]),
  ]
}

function wrongPlan(
  { load }: Row,
  { isInterrupted, measuredMs }: MeasuredLoad,
  planned: number,
  exitCode: number | null,
): readonly string[] {
  const whole = dueIn(load, load.durationMs)
  // A lost worker's intervals end with its last message.
  if (exitCode === 2) return planned <= whole ? [] : [`${planned} planned of ${whole} due`]
  if (!isInterrupted) return planned === whole ? [] : [`${planned} planned of ${whole} due`]
  const due = dueIn(load, measuredMs)
  const isClose = Math.abs(planned - due) <= EDGE_REQUESTS
  return isClose || planned === whole
    ? []
    : [`${planned} planned of ${due} due in ${formatSeconds(measuredMs)}`]
}

function untruthful(
  { stage, steps }: Row,
  { exitCode, output, runs }: Observation,
): readonly string[] {
  const isSeen =
    stage.output === 'pipe' && !steps.some(({ fault }) => fault.kind === 'close output')
  const says = exitCode === null ? undefined : SAYS[exitCode]
  const load = loadIn(runs[0])
  const printed = /^ {2}([\d,]+) requests, success/m.exec(output)?.[1]?.replaceAll(',', '')
  const planned = load === null ? 0 : totalOf(load).planned
  const longest = load?.operations.map(({ response }) => response.figures.maxMs ?? 0) ?? []
  return [
    ...(/^\s+at .*:\d+:\d+\)?$/m.test(output) ? ['a stack trace was printed'] : []),
    ...(isSeen && says !== undefined && !says.test(output)
      ? [`exit ${exitCode}, but the last lines don't say so`]
      : []),
    ...(load !== null && printed !== undefined && Number(printed) !== planned
      ? [`prints ${printed} requests, and ${planned} are in the file`]
      : []),
    ...runs.flatMap(({ startedAt, finishedAt }) =>
      finishedAt !== null && Date.parse(finishedAt) < Date.parse(startedAt)
        ? [`finished at ${finishedAt}, before it started at ${startedAt}`]
        : [],
    ),
    ...longest.flatMap((ms) => (ms > MAX_MS ? [`a response time of ${formatSeconds(ms)}`] : [])),
  ]
}

/** Longer than any run of the table, and shorter than any step of the clock. */
const MAX_MS = 120_000
