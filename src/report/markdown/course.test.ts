import { expect, test } from 'vitest'
import { intervalsOf, serializeIntervals } from '../../run-file/json/intervals-json.ts'
import { intervalOf, loadResult } from '../../load/testing/result-fixture.ts'
import { serializeLoadResult } from '../../run-file/json/load-result-json.ts'
import { scenarioOf } from '../../run-file/testing/run-fixture.ts'
import { p95Course, rateCourse } from './course.ts'

test('shows the whole seconds of the rate, all operations together', () => {
  expect(rateCourse(scenarioOf('x').result)).toBe('██████████ 100/s')
})

test('shows the slowest operation, and names it if there are several', () => {
  const result = loadResult({ fast: { responseMs: [1] }, slow: { responseMs: [40] } })
  const intervals = [
    [0, 'slow', 20],
    [1, 'slow', 40],
    [1, 'fast', 900],
    [3, 'slow', 40],
  ].map(([second, operation, ms]) =>
    intervalOf({
      second: Number(second),
      operation: String(operation),
      response: { p50Ms: 1, p95Ms: Number(ms), p99Ms: 900, maxMs: 900, counts: [] },
    }),
  )
  expect(p95Course(serializeLoadResult({ ...result, intervals }))).toBe('▅█·█ 40.0 ms slow')
})

test('an hour fits into a cell', () => {
  const { result } = scenarioOf('x')
  const [interval] = intervalsOf(result)
  if (interval === undefined) throw new Error('the fixture has intervals')
  const rows = Array.from({ length: 3_600 }, (_, second) => ({ ...interval, second }))
  const intervals = serializeIntervals(rows, 0)
  const hour = { ...result, intervals, measuredMs: 3_600_000 }
  expect(rateCourse(hour)).toMatch(/^█{30} 100\/s$/)
  expect(p95Course(hour)).toMatch(/^█{30} 1\.00 ms$/)
})

test('a load without answers has no times', () => {
  const result = serializeLoadResult(loadResult({ a: { responseMs: [] } }))
  expect(p95Course(result)).toBe('–')
  expect(rateCourse({ ...result, measuredMs: 0 })).toBe('–')
})
