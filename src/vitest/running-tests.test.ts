import { expect, test } from 'vitest'
import type { TestCase } from 'vitest/node'
import { LOAD_PROJECT } from './load-project.ts'
import { RunningTests } from './running-tests.ts'

const scenario = { kind: 'load', id: '1', name: 'short', file: 'short.load.ts' } as const
const testCase = { id: '1', fullName: 'short', project: { name: LOAD_PROJECT } } as TestCase

function lostOf(running: RunningTests): readonly unknown[] {
  return running.lost([], () => scenario)
}

test('a test that has not ended is lost with the run', () => {
  const running = new RunningTests()
  expect(running.begin(testCase)).toBe(true)
  expect(lostOf(running)).toHaveLength(1)
})

test('a test whose start is reported after its end is not lost', () => {
  const running = new RunningTests()
  running.begin(testCase)
  running.end(testCase)
  expect(running.begin(testCase)).toBe(false)
  expect(lostOf(running)).toEqual([])
})
