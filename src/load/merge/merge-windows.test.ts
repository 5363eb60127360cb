import { expect, test } from 'vitest'
import { rowOf, type BoundRow } from '../slo/bound-row.ts'
import { mergeWindows } from './merge-windows.ts'
import { loadResult } from '../testing/result-fixture.ts'
import type { LoadResult } from '../result.ts'
import { readSlo, type Slo } from '../slo/slo.ts'
import type { SloOutcome } from '../slo/slo-row.ts'

function boundOf(slo: Slo) {
  const [bound] = readSlo({ ...slo, every: '1s' })
  if (bound === undefined) throw new Error('no bound')
  return { bound, row: rowOf(bound, ['a']) }
}

interface Window {
  readonly outcome: SloOutcome
  readonly measured: number
  readonly worstFromMs?: number
}

/** A shard whose worst window was as given, by a bound of its own. */
function shard(row: BoundRow, of: Window): LoadResult {
  const missed = of.outcome === 'missed' ? 1 : 0
  const windows = {
    everyMs: 1_000,
    judged: 10,
    missed,
    inconclusive: 0,
    worstFromMs: of.worstFromMs ?? 0,
  }
  const { outcome, measured } = of
  const windowed = { ...row, measured, punctual: null, outcome, isDefault: false, windows }
  return loadResult({ a: {} }, { windowedSlo: [windowed] })
}

const met: Window = { outcome: 'met', measured: 5 }

test.each<[string, Window[], SloOutcome]>([
  ['kept by all shards is kept', [met, { outcome: 'met', measured: 9 }], 'met'],
  [
    'missed by all shards in one window is missed',
    [
      { outcome: 'missed', measured: 50, worstFromMs: 3_000 },
      { outcome: 'missed', measured: 40, worstFromMs: 3_000 },
    ],
    'missed',
  ],
  [
    'missed by all shards in different windows is not decided',
    [
      { outcome: 'missed', measured: 50, worstFromMs: 3_000 },
      { outcome: 'missed', measured: 40, worstFromMs: 4_000 },
    ],
    'inconclusive',
  ],
  [
    'missed by one shard is not decided',
    [met, { outcome: 'missed', measured: 50, worstFromMs: 3_000 }],
    'inconclusive',
  ],
])('a windowed bound %s', (_, windows, outcome) => {
  const { bound, row } = boundOf({ response: { p99: '20ms' } })
  const shards = windows.map((window) => shard(row, window))
  const measured = Math.max(...windows.map((window) => window.measured))
  expect(mergeWindows(shards, bound, row)).toMatchObject([{ outcome, bound: 20, measured }])
})

test('a windowed bound is inconclusive if a shard has not watched it', () => {
  const { bound, row } = boundOf({ response: { p99: '20ms' } })
  const unwatched = loadResult({ a: {} })
  for (const shards of [[shard(row, met), unwatched], [unwatched]]) {
    expect(mergeWindows(shards, bound, row)).toMatchObject([{ outcome: 'inconclusive' }])
  }
})

test("a shard is held to its part of a window's throughput, which is reported for the whole", () => {
  const { bound, row } = boundOf({ throughput: { min: 100 } })
  const shards = [34, 40, 36].map((measured) =>
    shard({ ...row, bound: 100 / 3 }, { outcome: 'met', measured }),
  )
  expect(mergeWindows(shards, bound, row)).toMatchObject([
    { outcome: 'met', bound: 100, measured: 34 * 3 },
  ])
})
