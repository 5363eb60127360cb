import { expect, test } from 'vitest'
import { simulateTrends } from './simulate.ts'

test('at 5 % noise, few flat series alarm, and a step of 10 % is found within 7 values', () => {
  const simulation = { seriesCount: 600, noise: 0.05, step: 0.1, seed: 1 }
  const figures = simulateTrends(simulation)
  expect(figures.falseAlarms).toBeLessThanOrEqual(0.05)
  expect(figures.foundWithin7).toBeGreaterThanOrEqual(0.9)
  expect(figures.foundAfter7).toBeGreaterThanOrEqual(0.9)
})

test('a simulation is the same for the same seed, and sees what there is to see', () => {
  const simulation = { seriesCount: 20, noise: 0.05, step: 0, seed: 2 }
  expect(simulateTrends(simulation)).toEqual(simulateTrends(simulation))
  expect(simulateTrends(simulation).foundAfter7).toBeLessThan(0.2)
  expect(simulateTrends({ ...simulation, step: 0.5 }).foundAfter7).toBe(1)
})
