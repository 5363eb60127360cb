import { intervalOf } from '../../../load/testing/result-fixture.ts'
import type { LoadProgress } from '../../../load/recording/load-recorder.ts'
import type { IntervalFigures } from '../../../load/result.ts'
import { readSlo } from '../../../load/slo/slo.ts'
import { VERDICT_THRESHOLDS } from '../../../load/verdict/verdict-thresholds.ts'
import type { RunEvent, RunningScenario } from '../run-event.ts'

/** A running test. */
export const RUNNING: RunningScenario = {
  kind: 'load',
  id: '7_0',
  name: 'buy',
  file: 'bench/buy.load.ts',
}

/** `RUNNING` begins. */
export const SCENARIO_STARTED: RunEvent = {
  event: 'scenario-started',
  scenario: RUNNING,
  place: { number: 1, of: 2 },
}

/** The first load of `RUNNING` begins. */
export const LOAD_STARTED: RunEvent = {
  event: 'load-started',
  scenario: RUNNING,
  load: 0,
  outline: {
    model: 'open',
    label: 'constant 100/s',
    durationMs: 10_000,
    warmUpMs: 2_000,
    bounds: [...readSlo({ response: { p95: '10ms' } })],
    verdictThresholds: VERDICT_THRESHOLDS,
  },
}

/** An undisturbed second of the operation `a`, at 100/s. */
export function interval(second: number, change: Partial<IntervalFigures> = {}): IntervalFigures {
  return intervalOf({
    second,
    started: 100,
    ok: 100,
    response: { p50Ms: 1, p95Ms: 2, p99Ms: 3, maxMs: 4, counts: [] },
    ...change,
  })
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
      soFar: {
        seconds,
        started: seconds * 100,
        ok: seconds * 100,
        notOk: 0,
        p50Ms: 1,
        p95Ms: 2,
        lateness: null,
      },
      receipts: null,
      faults: [],
      intervals,
      ...change,
    },
  }
}
