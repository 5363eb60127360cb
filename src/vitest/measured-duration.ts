import type { RunnerTestCase } from 'vitest'
import type { LoadResultJson } from '../run-file/schema/load-result-schema.ts'

/**
 * Makes a test's duration that of its measurements, from the start of the first to the end of the last, without
 * warm-up, preparation and waiting. Vitest sets its own duration after a test's last hook, which this property
 * ignores. If a later Vitest replaces the result as a whole, tests show Vitest's duration, and nothing else changes.
 */
export function setMeasuredDuration(
  { result }: RunnerTestCase,
  loads: readonly Pick<LoadResultJson, 'startedAt' | 'measuredMs'>[],
): void {
  if (result === undefined || loads.length === 0) return
  const starts = loads.map(({ startedAt }) => Date.parse(startedAt))
  const ends = loads.map(({ measuredMs }, index) => (starts[index] ?? 0) + measuredMs)
  const durationMs = Math.max(...ends) - Math.min(...starts)
  Object.defineProperty(result, 'duration', {
    get: () => durationMs,
    set: () => {},
    enumerable: true,
    configurable: true,
  })
}
