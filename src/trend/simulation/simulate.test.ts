import { expect, test } from 'vitest'
import { PAGE, simulateFlat, simulateSteps } from './simulate.ts'
import type { Noise } from './simulated-runs.ts'
import { renderSimulation, simulateTrends } from './simulation-report.ts'

const noise: Noise = { relative: 0.05, autocorrelation: 0, tails: 'normal', shared: null }

test.each<Partial<Noise>>([
  {},
  { autocorrelation: 0.6 },
  { autocorrelation: 0.6, tails: 'heavy' },
  { autocorrelation: 0.6, shared: 0.9 },
])('a page of flat series never alarms in 200 runs: %j', (kind) => {
  const figures = simulateFlat({ ...noise, ...kind }, PAGE, 4)
  expect(figures).toEqual({ series: PAGE, alarmed: 0, pages: 1, pagesAlarmed: 0 })
})

test('finds steps up and down', () => {
  for (const step of [0.2, -0.2]) {
    const { found, near, medianDelay } = simulateSteps(noise, step, 20, 1)
    expect(found).toBe(20)
    expect(near).toBeGreaterThanOrEqual(18)
    expect(medianDelay).toBeLessThanOrEqual(15)
  }
})

test('is reproducible by its random seed, and its tables fit 80 columns', () => {
  const simulation = simulateTrends(1, 3)
  expect(simulateTrends(1, 3)).toEqual(simulation)
  const text = renderSimulation(simulation, 3)
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  expect(text).toContain('random seed 3')
})
