import type { FaultRecord } from '../../load/faults/fault-record.ts'
import { intervalOf } from '../../load/testing/result-fixture.ts'
import type { KnownLosses, Losses } from '../../load/recording/losses.ts'
import { serializeIntervals } from '../json/intervals-json.ts'
import type { ScenarioEntry } from '../run-file.ts'
import { scenarioOf } from './run-fixture.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>

/** A kill of a primary, and a pause, 4 s later, of a process. */
export const KILL_AND_PAUSE: readonly FaultRecord[] = [
  {
    state: 'injected',
    label: 'kill Redis primary',
    what: 'redis-2 at 127.0.0.1:7002',
    plannedAtMs: 2_000,
    fromMs: 2_010,
    toMs: 2_010,
  },
  {
    state: 'injected',
    label: 'pause gateway',
    what: null,
    plannedAtMs: 6_000,
    fromMs: 6_000,
    toMs: 7_500,
  },
]

export const TWELVE_LOST: KnownLosses = {
  kind: 'known',
  of: 'registrations',
  promised: 3_000,
  lost: 12,
  duplicates: null,
  examples: ['user-1', 'user-2'],
}

/**
 * A scenario of 10 s at 100/s whose operation `a` fails from second 2 on: two seconds without any success, and one in
 * which half of the requests failed.
 */
export function faultedScenario(
  faults: readonly FaultRecord[] = KILL_AND_PAUSE,
  losses: Losses = TWELVE_LOST,
): Measured {
  const scenario = scenarioOf('storm', {
    counts: { ok: 750, failed: 250 },
    losses,
    unavailableMs: 2_345,
    faults,
  })
  const seconds = Array.from({ length: 10 }, (_, second) => {
    const failed = [0, 0, 100, 100, 50][second] ?? 0
    const ms = second >= 2 && second <= 5 ? 40 / (second - 1) : 1 + (second % 3) * 0.1
    return intervalOf({
      second,
      planned: 100,
      started: 100,
      ok: 100 - failed,
      failed,
      errors: failed === 0 ? [] : [{ code: 'FAILED', count: failed }],
      response:
        failed === 100
          ? null
          : { p50Ms: ms, p95Ms: 2 * ms, p99Ms: 3 * ms, maxMs: 4 * ms, counts: [] },
    })
  })
  const intervals = serializeIntervals(seconds, Date.parse(scenario.result.startedAt))
  return { ...scenario, result: { ...scenario.result, intervals } }
}
