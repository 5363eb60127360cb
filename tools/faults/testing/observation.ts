import { PASSED } from '../expected.ts'
import { loadOf } from '../loads.ts'
import type { Observation } from '../observation.ts'
import { ORDINARY_STAGE, type Row } from '../row.ts'
import type { Counts, MeasuredLoad, RunSummary } from '../run-summary.ts'

/** A row without faults: all 300 requests succeed. */
export const quietRow: Row = {
  name: 'quiet',
  load: loadOf('register'),
  steps: [],
  stage: ORDINARY_STAGE,
  expected: PASSED,
  isShort: false,
  isExact: true,
}

/** Counts of 300 requests; all are ok except for `changes`. */
export function counts(changes: Partial<Counts> = {}): Counts {
  const none = { dropped: 0, notStarted: 0, failed: 0, timedOut: 0, unfinished: 0 }
  return { planned: 300, started: 300, ok: 300, ...none, ...changes }
}

export function measured(changes: Partial<Counts> = {}): MeasuredLoad {
  return {
    startedAt: '2026-01-02T03:04:05.000Z',
    measuredMs: 6_000,
    isInterrupted: false,
    operations: [
      {
        name: 'register',
        counts: counts(changes),
        deliveries: null,
        response: { figures: { maxMs: 5 } },
      },
    ],
    intervals: [{ second: 5, started: 50, ok: 50 }],
  }
}

/** A run that passed. */
export function runOf(
  load: MeasuredLoad | null = measured(),
  changes: Partial<RunSummary['scenarios'][number]> = {},
): RunSummary {
  return {
    status: 'complete',
    startedAt: '2026-01-02T03:04:04.000Z',
    finishedAt: '2026-01-02T03:04:12.000Z',
    scenarios: [
      {
        name: 'register',
        state: load === null ? 'unmeasured' : 'measured',
        testStatus: 'passed',
        error: null,
        verdict: { kind: 'valid' },
        slo: [],
        ...(load === null ? {} : { result: load }),
        ...changes,
      },
    ],
  }
}

/** The observation of a run that passed. */
export function seen(changes: Partial<Observation> = {}): Observation {
  return {
    exitCode: 0,
    output: '  300 requests, success 100 %\n\nThe SLO is met. Measurement valid.\n',
    runs: [runOf()],
    fileProblems: [],
    tookMs: 9_000,
    startUpMs: 2_000,
    hasOpened: true,
    stoppedMs: 0,
    leftRunning: [],
    leftBehind: [],
    endedAfterFaultMs: null,
    notMade: [],
    made: [],
    registrationTtlMs: null,
    ...changes,
  }
}

/** A row of a quiet load's SLO table. */
export function sloRow(
  metric: string,
  outcome: 'met' | 'missed' | 'inconclusive',
): RunSummary['scenarios'][number]['slo'][number] {
  return { operation: 'register', metric, measured: 1, outcome }
}
