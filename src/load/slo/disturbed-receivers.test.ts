import { describe, expect, test } from 'vitest'
import { loadResult, type OperationFixture } from '../testing/result-fixture.ts'
import { withoutReceiversFault } from './disturbed-receivers.ts'
import { rowOf } from './bound-row.ts'
import { judgeSlo } from './judge-slo.ts'
import { readSlo, type Slo } from './slo.ts'

const counts = { ok: 900, timedOut: 100 }
const slow = { responseMs: [5_000], counts }
const slo: Slo = { successRate: 0.99, response: { p95: '50ms' } }
const unknown = { kind: 'unknown', reason: 'the receivers were lost' } as const
const deliveries = { expected: 1_000, received: 1_000 }

function receivers(maxMs: number): OperationFixture['deliveries'] {
  const eventLoopDelay = { p50Ms: 0, p99Ms: 0, maxMs }
  const pauses = { count: 1, totalMs: maxMs, maxMs }
  return { ...deliveries, receivers: { eventLoopDelay, pauses } }
}

function outcomes(send: OperationFixture): readonly string[] {
  const result = loadResult({ send })
  return judgeSlo(result, readSlo(slo)).map(({ metric, outcome }) => `${metric} ${outcome}`)
}

describe('requests that waited for receivers', () => {
  test('are inconclusive if the receivers were lost or paused for long', () => {
    const inconclusive = ['success rate inconclusive', 'response P95 inconclusive'].toSorted()
    expect(outcomes({ ...slow, deliveries: unknown }).toSorted()).toEqual(inconclusive)
    const paused = { ...slow, deliveries: receivers(2_000) ?? deliveries }
    expect(outcomes(paused).toSorted()).toEqual(inconclusive)
  })

  test('miss their bounds if the receivers were healthy', () => {
    const missed = ['response P95 missed', 'success rate missed']
    expect(outcomes({ ...slow, deliveries }).toSorted()).toEqual(missed)
    const paused = { ...slow, deliveries: receivers(100) ?? deliveries }
    expect(outcomes(paused).toSorted()).toEqual(missed)
  })

  test('miss their bounds if the system refused them, whatever the receivers did', () => {
    const failed = { deliveries: unknown, counts: { ok: 900, failed: 100 } }
    expect(outcomes(failed)).toContain('success rate missed')
  })
})

test('windows are inconclusive if only disturbed receivers can explain the miss', () => {
  const { operations } = loadResult({ send: { deliveries: unknown }, list: {} })
  const names = [...operations.keys()]
  const missed = { measured: 1, punctual: 1, outcome: 'missed', isDefault: false } as const
  const windows = { everyMs: 1, judged: 1, missed: 1, inconclusive: 0, worstFromMs: 0 }
  const bounds = readSlo({
    ...slo,
    every: '1s',
    operations: { send: { successRate: 0.9 }, list: { successRate: 0.9 } },
  })
  const rows = bounds.map((bound) => ({ ...rowOf(bound, names), ...missed, windows }))
  const judged = withoutReceiversFault(rows, operations)
  expect(judged.map(({ operation, outcome }) => `${operation} ${outcome}`)).toEqual([
    'all inconclusive',
    'all inconclusive',
    'send inconclusive',
    'list missed',
  ])
})
