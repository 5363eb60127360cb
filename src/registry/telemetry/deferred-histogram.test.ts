import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Attributes } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { DeferredHistogram } from './deferred-histogram.ts'

const recorded: number[] = []
const histogram = {
  record: (value: number, attributes?: Attributes) =>
    void recorded.push(value + Number(attributes?.['a'] ?? 0)),
}

test('values are recorded before a collection, and many of them between turns of the event loop', async () => {
  const deferred = new DeferredHistogram(histogram)
  deferred.record(1, { a: 10 })
  await nextTurn()
  expect(recorded).toEqual([])
  deferred.flush()
  expect(recorded).toEqual([11])
  for (let value = 0; value < 20; value += 1) deferred.record(value, {})
  expect(recorded).toHaveLength(1)
  await nextTurn()
  expect(recorded).toHaveLength(21)
  deferred.flush()
  expect(recorded).toHaveLength(21)
})

test('no more than 512 values wait while the event loop is busy', () => {
  recorded.length = 0
  const deferred = new DeferredHistogram(histogram)
  for (let value = 0; value < 1_000; value += 1) deferred.record(value, {})
  expect(recorded).toHaveLength(512)
})
