import { expect, test } from 'vitest'
import { loadResult, type OperationFixture } from '../../load/testing/result-fixture.ts'
import type { GeneratorHealth } from '../../load/result.ts'
import { serializeLoadResult } from '../../run-file/json/load-result-json.ts'
import { renderGenerator, renderLateness } from './generator.ts'

const { health: HEALTH } = loadResult({ a: {} })

function generator(health: Partial<GeneratorHealth>): string {
  return renderGenerator(
    serializeLoadResult(loadResult({ a: {} }, { health: { ...HEALTH, ...health } })),
  )
}

function lateness(
  operations: Readonly<Record<string, OperationFixture>>,
  health: Partial<GeneratorHealth> = {},
): string | null {
  return renderLateness(
    serializeLoadResult(loadResult(operations, { health: { ...HEALTH, ...health } })),
  )
}

test('shows the technique that started requests, and the delays', () => {
  expect(generator({ dispatch: 'hybrid', largestBatch: 3, coreWaitMs: 1_500 })).toBe(
    '  generator: dispatch hybrid, largest batch 3, pauses 0, waited 1.50 s for a core',
  )
  expect(generator({ pauses: { count: 2, totalMs: 60, maxMs: 40 } })).toContain(
    'pauses 2 (up to 40.0 ms)',
  )
})

test('leaves out an unknown wait for a core', () => {
  expect(generator({ coreWaitMs: null })).not.toContain('core')
})

test('warns of lateness above 20 % of a response P50, and names the remedy', () => {
  const text = lateness({
    register: { responseMs: [1], latenessMs: [0.55] },
    multicast: { responseMs: [5], latenessMs: [0.55] },
  })
  expect(text).toContain('response P50: register 55 %')
  expect(text).not.toContain('multicast')
  expect(text).toContain('BENCH_DISPATCH')
})

test('says nothing of lateness up to 20 %, or of an operation without times', () => {
  expect(lateness({ a: { responseMs: [10], latenessMs: [2] } })).toBeNull()
  expect(lateness({ a: { responseMs: [], latenessMs: [2] } })).toBeNull()
})
