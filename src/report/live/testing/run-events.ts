import type { LoadProgress } from '../../../load/recording/load-recorder.ts'
import type { IntervalFigures } from '../../../load/result.ts'
import type { RunEvent, RunningScenario } from '../run-event.ts'

/** A running test. */
export const RUNNING: RunningScenario = { id: '7_0', name: 'buy', file: 'bench/buy.load.ts' }

/** An undisturbed second of the operation `a`, at 100/s. */
export function interval(second: number, change: Partial<IntervalFigures> = {}): IntervalFigures {
  return {
    second,
    operation: 'a',
    started: 100,
    dropped: 0,
    ok: 100,
    failed: 0,
    timedOut: 0,
    response: { p50Ms: 1, p95Ms: 2, p99Ms: 3, maxMs: 4 },
    ...change,
  }
}

/** Progress of the first load of `RUNNING`, after as many seconds as given. */
export function progress(
  seconds: number,
  intervals: readonly IntervalFigures[],
  change: Partial<LoadProgress> = {},
): RunEvent {
  return {
    event: 'progress',
    scenario: RUNNING,
    load: 0,
    progress: {
      phase: 'measuring',
      elapsedMs: seconds * 1_000 + 0.123,
      durationMs: 10_000,
      startedPerSecond: seconds === 0 ? null : 100,
      inFlight: 2,
      errors: 0,
      dropped: 0,
      p99Ms: 3,
      soFar: { seconds, started: seconds * 100, ok: seconds * 100, notOk: 0, p50Ms: 1, p95Ms: 2 },
      intervals,
      ...change,
    },
  }
}
