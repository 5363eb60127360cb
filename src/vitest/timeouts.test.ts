import { expect, test } from 'vitest'
import config from '../../vitest.config.ts'
import { MAX_DURATION_MS, MAX_TIMEOUT_MS } from '../load/duration.ts'

test('no timeout of the runner cuts a load, however long it may be, and none overflows a timer', () => {
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
