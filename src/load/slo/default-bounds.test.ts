import { describe, expect, test } from 'vitest'
import { loadResult, type OperationFixture } from '../testing/result-fixture.ts'
import { defaultBounds, type Allowances } from './default-bounds.ts'
import { judgeSlo } from './judge-slo.ts'
import { readSlo, type Slo } from './slo.ts'

const counts = { ok: 900, failed: 100 }
const deliveries = { expected: 100, received: 90 }

/** The default bounds on a load, and how it does by them. */
function outcomes(
  operations: Record<string, OperationFixture>,
  slo: Slo | null = null,
  allowances: Allowances = {},
): string[] {
  const result = loadResult(operations)
  const bounds = defaultBounds(result, slo === null ? [] : readSlo(slo), allowances)
  return judgeSlo(result, bounds).map(
    ({ operation, metric, outcome }) => `${operation} ${metric}: ${outcome}`,
  )
}

describe('a load without its own bounds', () => {
  test('is held to a success rate', () => {
    expect(outcomes({ a: {} })).toEqual(['a success rate: met'])
    expect(outcomes({ a: { counts } })).toEqual(['a success rate: missed'])
    expect(outcomes({ a: { counts }, b: {} })).toEqual(['all success rate: missed'])
  })

  test('is held to a delivery rate where messages are sent', () => {
    expect(outcomes({ a: {}, b: { deliveries } })).toEqual([
      'all delivery rate: missed',
      'all success rate: met',
    ])
  })

  test('is inconclusive if deliveries are unknown or none were expected', () => {
    const unknown = { kind: 'unknown', reason: 'the receivers were lost' } as const
    expect(outcomes({ a: { deliveries: unknown } })).toContain('a delivery rate: inconclusive')
    const nobody = { expected: 0, received: 0 }
    expect(outcomes({ a: { deliveries: nobody } })).toContain('a delivery rate: inconclusive')
  })

  test('may be exempt from both by allowances', () => {
    const failing = { a: { counts, deliveries } }
    expect(outcomes(failing, null, { allowFailures: true })).toEqual(['a delivery rate: missed'])
    expect(outcomes(failing, null, { allowUndelivered: true })).toEqual(['a success rate: missed'])
  })
})

describe("a load's own bound", () => {
  test('a bound on times does not replace the defaults', () => {
    expect(outcomes({ a: { counts } }, { response: { p95: '10ms' } })).toEqual([
      'a success rate: missed',
    ])
  })

  test('on all operations replaces the default, whether on the run or on windows', () => {
    expect(outcomes({ a: { counts } }, { successRate: 0.5 })).toEqual([])
    expect(outcomes({ a: { counts } }, { successRate: 0.5, every: '1s' })).toEqual([])
  })

  test('on one operation replaces it for that one', () => {
    const slo: Slo = { operations: { a: { successRate: 0.5 } } }
    expect(outcomes({ a: { counts }, b: { counts } }, slo)).toEqual(['b success rate: missed'])
  })
})
