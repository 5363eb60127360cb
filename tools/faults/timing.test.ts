import { expect, test } from 'vitest'
import { loadOf } from './loads.ts'
import { whyNotAsPlanned } from './timing.ts'

const row = { load: loadOf('register', { warmUpMs: 2_000 }) }

function came(at: number, actualMs: number | null): readonly string[] {
  return whyNotAsPlanned(row, { notMade: [], made: [{ at, actualMs }] })
}

test('a fault is as planned in its phase of the load, early or late', () => {
  expect(came(2_000, 5_900)).toEqual([])
  expect(came(-1_400, -100)).toEqual([])
  expect(came(6_000, 7_000)).toEqual([])
  expect(came(6_000, 5_980)).toEqual([])
  expect(came(2_000, null)).toEqual([])
})

test('a fault that came in another phase is not as planned', () => {
  expect(came(2_000, -60)).toEqual(['a fault due at 2000 ms came at -60 ms, in the warm-up'])
  expect(came(-1_400, 100)).toHaveLength(1)
  expect(came(2_000, 6_100)).toHaveLength(1)
  expect(came(6_000, 5_900)).toHaveLength(1)
})

test('a fault that could not be made is not as planned', () => {
  expect(whyNotAsPlanned(row, { notMade: ['kill: no worker process'], made: [] })).toEqual([
    'kill: no worker process',
  ])
})
