import { describe, expect, test } from 'vitest'
import { runOf, scenarioOf } from '../../src/run-file/testing/run-fixture.ts'
import { faultTable } from './fault-table.ts'

const KILLED = {
  label: 'kill Redis primary',
  what: 'redis-1',
  plannedAtMs: 1_000,
  state: 'injected',
  fromMs: 1_004,
  toMs: 1_004,
} as const

function cells(table: string): readonly (readonly string[])[] {
  return table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
}

test('a scenario says what its faults cost', () => {
  const losses = {
    kind: 'known',
    of: 'registrations',
    promised: 1_200,
    lost: 3,
    duplicates: null,
    examples: [],
  } as const
  const scenario = scenarioOf('primary killed', { faults: [KILLED], losses, unavailableMs: 1_234 })
  const [, , row] = cells(faultTable([runOf([scenario])]))
  expect(row?.slice(1, -1)).toEqual([
    'primary killed',
    '1 s: kill Redis primary',
    'programs',
    '1.23 s (a)',
    '–',
    '3 of 1,200',
    '–',
    '–',
  ])
})

describe('the time to recover', () => {
  const RECOVERY = {
    operation: 'all',
    metric: 'recovery',
    unit: 'ms',
    comparison: '<=',
    bound: 6_000,
    measured: 2_870,
    punctual: 2_870,
    outcome: 'met',
    isDefault: false,
    windows: null,
  } as const

  test.each([
    [[], '–'],
    [[RECOVERY], '2.87 s'],
    [[RECOVERY, { ...RECOVERY, measured: 7_500, outcome: 'missed' }], '7.50 s'],
    [[{ ...RECOVERY, outcome: 'inconclusive' }], '2.87 s (inconclusive)'],
    [[RECOVERY, { ...RECOVERY, measured: null, outcome: 'inconclusive' }], 'unknown'],
    [[{ ...RECOVERY, metric: 'response P95' }], '–'],
  ] as const)('is that of the longest bound: %j', (slo, expected) => {
    const scenario = scenarioOf('killed', { faults: [KILLED] }, { slo: [...slo] })
    const [, , row] = cells(faultTable([runOf([scenario])]))
    expect(row?.[5]).toBe(expected)
  })
})

test('a fault that was not injected is marked, and unknown losses are not zero', () => {
  const failed = { ...KILLED, state: 'failed', reason: 'no such node' } as const
  const losses = { kind: 'unknown', reason: 'no answer' } as const
  const table = faultTable([runOf([scenarioOf('a', { faults: [failed], losses })])])
  expect(table).toContain('kill Redis primary (failed)')
  expect(table).toMatch(/\| unknown \| unknown \| – \|$/)
})

test('scenarios without faults are left out', () => {
  expect(cells(faultTable([runOf([scenarioOf('a')])]))).toHaveLength(2)
})
