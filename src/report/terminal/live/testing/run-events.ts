import type { LoadProgress } from '../../../../load/recording/load-recorder.ts'
import { sparseBucketOf, sparseOf } from '../../../../load/recording/sparse-counts.ts'
import type { IntervalFigures } from '../../../../load/result.ts'
import { VERDICT_THRESHOLDS } from '../../../../load/verdict/verdict-thresholds.ts'
import type { LoadOutline, RunEvent, RunningScenario } from '../../../live/run-event.ts'

/** The events of a run, one function each; whatever a test doesn't care for has a usual value. */
export function scenario(name: string, kind: RunningScenario['kind'] = 'load'): RunningScenario {
  return { kind, id: name, name, file: `bench/${name}.ts` }
}

export function started(name: string, number = 1, of = 1): RunEvent {
  return { event: 'scenario-started', scenario: scenario(name), place: { number, of } }
}

export function loadStarted(name: string, outline: Partial<LoadOutline> = {}, load = 0): RunEvent {
  return {
    event: 'load-started',
    scenario: scenario(name),
    load,
    outline: {
      model: 'open',
      label: 'constant 100/s',
      durationMs: 10_000,
      warmUpMs: 2_000,
      bounds: [],
      verdictThresholds: VERDICT_THRESHOLDS,
      ...outline,
    },
  }
}

export function progressOf(name: string, progress: Partial<LoadProgress> = {}, load = 0): RunEvent {
  return { event: 'progress', scenario: scenario(name), load, progress: someProgress(progress) }
}

export function someProgress(progress: Partial<LoadProgress> = {}): LoadProgress {
  return {
    phase: 'measuring',
    elapsedMs: 4_300,
    durationMs: 10_000,
    startedPerSecond: 100,
    inFlight: 3,
    errors: 0,
    dropped: 0,
    p99Ms: 4,
    soFar: {
      seconds: 4,
      started: 400,
      ok: 400,
      notOk: 0,
      p50Ms: 1,
      p95Ms: 2,
      lateness: { p50Ms: 0.01, p99Ms: 0.12 },
    },
    receipts: null,
    faults: [],
    intervals: [],
    ...progress,
  }
}

/** A second with 100 requests, all of which took `ms`. */
export function second(
  at: number,
  interval: Partial<IntervalFigures> = {},
  ms = 1,
): IntervalFigures {
  const counts = sparseOf([[sparseBucketOf(Math.round(ms * 1_000)), 100]])
  return {
    second: at,
    operation: 'multicast',
    planned: 100,
    started: 100,
    dropped: 0,
    ok: 100,
    failed: 0,
    timedOut: 0,
    inFlight: 3,
    received: null,
    errors: [],
    lateness: { p50Ms: 0.01, p99Ms: 0.12, maxMs: 0.2 },
    response: { p50Ms: ms, p95Ms: ms, p99Ms: ms, maxMs: ms, counts },
    ...interval,
  }
}
