import { expect, test } from 'vitest'
import { loadResult } from '../load/testing/result-fixture.ts'
import { serializeLoadResult } from '../run-file/json/load-result-json.ts'
import { latencyChart } from './latency-chart.ts'

function resultOf(operation: string): ReturnType<typeof serializeLoadResult> {
  const result = loadResult({ [operation]: {} })
  const response = { p50Ms: 1, p95Ms: 2, p99Ms: 4, maxMs: 8, counts: [] }
  const intervals = [0, 1, 2].flatMap((second) =>
    result.intervals.map((interval) => ({ ...interval, second, response })),
  )
  return serializeLoadResult({ ...result, intervals })
}

test('draws a line for each figure, scaled to the largest', () => {
  const chart = latencyChart(resultOf('register'))
  expect(chart?.match(/<polyline/g)).toHaveLength(3)
  expect(chart).toContain('8.00 ms')
  expect(chart).toContain('register response')
})

test('escapes the names of operations', () => {
  expect(latencyChart(resultOf('<script>'))).not.toContain('<script>')
})

test('draws nothing for a load without answers', () => {
  expect(latencyChart(serializeLoadResult(loadResult({ register: {} })))).toBeNull()
})
