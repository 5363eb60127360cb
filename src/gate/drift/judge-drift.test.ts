import { expect, test } from 'vitest'
import { randomStream } from '../../stats/random.ts'
import { DRIFT_RULE, driftOf, isDrifting } from './judge-drift.ts'

const STAGES = ['screening', 'confirmation'] as const

/** A ratio that rises by so much a minute, with noise of ±`noise` per window. */
function seriesOf(stage: (typeof STAGES)[number], perMinute: number, noise: number) {
  const { durationMs, windows } = DRIFT_RULE[stage]
  const windowMs = durationMs / windows
  const random = randomStream(1, 0)
  const logRatios = Array.from({ length: windows }, (_, i) => {
    const minutes = (i * windowMs) / 60_000
    return Math.log1p(perMinute * minutes) + noise * (2 * random() - 1)
  })
  return { operation: 'register', windowMs, logRatios } as const
}

test.each(STAGES)('%s finds a rise of 1 % per minute and its slope', (stage) => {
  const drift = driftOf(seriesOf(stage, 0.01, 0.003))
  expect(drift.slopePerMinute).toBeCloseTo(0.01, 2)
  expect(isDrifting(drift, stage)).toBe(true)
})

test.each(STAGES)(
  '%s finds nothing in a level ratio, a falling one, or a constant one',
  (stage) => {
    for (const [perMinute, noise] of [
      [0, 0.003],
      [-0.01, 0.003],
      [0, 0],
    ] as const) {
      expect(isDrifting(driftOf(seriesOf(stage, perMinute, noise)), stage)).toBe(false)
    }
  },
)
