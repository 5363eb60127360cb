import { expect, test } from 'vitest'
import config from '../../vitest.config.ts'
import { MAX_DURATION_MS, MAX_TIMEOUT_MS } from '../load/duration.ts'

test("the runner's timeouts outlast the longest load and fit a timer", () => {
  const projects = config.test?.projects ?? []
  const timeouts = projects.flatMap((project) => {
    if (typeof project !== 'object' || !('test' in project)) return []
    const { name, testTimeout = 0 } = project.test ?? {}
    return name === 'load' || name === 'micro' ? [testTimeout] : []
  })
  expect(timeouts).toHaveLength(2)
  for (const timeout of timeouts) {
    expect(timeout).toBeGreaterThan(2 * (MAX_DURATION_MS + MAX_TIMEOUT_MS))
    expect(timeout).toBeLessThan(2 ** 31)
  }
})
