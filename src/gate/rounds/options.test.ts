import { join } from 'node:path'
import { InputError } from '../../input-error.ts'
import { ROUNDS_TO_CONFIRM } from '../decision/plan.ts'
import { expect, test } from 'vitest'
import { METRIC_NAMES, parseMetrics } from './metrics-option.ts'
import { HARNESS } from '../testing/project.ts'
import { durationFor, RoundTimes } from './round-times.ts'
import { scenarioFiles } from './scenario-files.ts'

const BENCH = join(HARNESS, 'bench')

test('a scenario is chosen once, by its file name or part of its path', () => {
  expect(scenarioFiles(BENCH, ['mixed', 'register', 'mixed'])).toEqual([
    join(BENCH, 'mixed.load.ts'),
    join(BENCH, 'register.load.ts'),
  ])
  expect(scenarioFiles(BENCH, ['profiles/ramp'])).toEqual([join(BENCH, 'profiles/ramp.load.ts')])
})

test('refuses an unknown scenario and a missing folder', () => {
  expect(() => scenarioFiles(BENCH, ['nosuch'])).toThrow(/"nosuch".*Choose from .*register/)
  expect(() => scenarioFiles(BENCH, [''])).toThrow(/no scenario has ""/)
  expect(() => scenarioFiles('/nowhere', ['mixed'])).toThrow(
    /The folder of scenarios \/nowhere can't be read/,
  )
})

test('parses metrics by name and refuses unknown ones', () => {
  expect(parseMetrics(METRIC_NAMES.join(','))).toHaveLength(METRIC_NAMES.length)
  expect(parseMetrics('p50, P50')).toHaveLength(1)
  expect(parseMetrics('p50')).toEqual([{ kind: 'latency', time: 'service', percentile: 50 }])
  expect(parseMetrics('service-p50, p50')).toHaveLength(1)
  expect(parseMetrics('response-p50')).toMatchObject([{ time: 'response' }])
  expect(() => parseMetrics('validity')).toThrow(InputError)
  expect(() => parseMetrics('p42')).toThrow(/"p42" is not a metric; known: p50/)
})

test('estimates a round per scenario from completed rounds', () => {
  const times = new RoundTimes(1_000)
  expect(times.estimate(1)).toBeGreaterThan(2_000)
  times.add(20_000, 4)
  expect(times.estimate(4)).toBe(20_000)
  expect(times.estimate(1)).toBe(5_000)
})

test('a measurement is the longest with which the budget allows confirming a regression', () => {
  const budgets = [20, 14].map((minutes) => minutes * 60_000)
  for (const budgetMs of budgets) {
    const durationMs = durationFor(budgetMs, 4)
    const rounds = budgetMs / new RoundTimes(durationMs).estimate(4)
    expect(rounds).toBeGreaterThanOrEqual(ROUNDS_TO_CONFIRM)
  }
  expect(durationFor(20 * 60_000, 4)).toBe(5_000)
  expect(durationFor(14 * 60_000, 4)).toBe(3_000)
  expect(durationFor(1_000, 1)).toBe(2_000)
})
