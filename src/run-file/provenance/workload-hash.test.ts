import { expect, test } from 'vitest'
import { workloadHash, type DeclaredLoad } from './workload-hash.ts'

const sources = new Map([
  ['a.load.ts', 'one\ntwo\n'],
  ['workloads/b.ts', 'three\n'],
])
const load: DeclaredLoad = {
  arrivals: 'constant 100/s',
  warmUpMs: 2_000,
  durationMs: 10_000,
  timeoutMs: 5_000,
  gracePeriodMs: 10_000,
  maxInFlight: null,
  seed: 1,
  weights: { register: 6, enumerate: 3 },
  parameters: undefined,
  data: null,
  faults: [],
}
const hash = workloadHash(sources, load)

test('the hash has 16 hex digits, whatever the line ends and the order of files', () => {
  expect(hash).toMatch(/^[0-9a-f]{16}$/)
  const windows = new Map([...sources].map(([name, text]) => [name, text.replace('\n', '\r\n')]))
  expect(workloadHash(windows, load)).toBe(hash)
  expect(workloadHash(new Map([...sources].toReversed()), load)).toBe(hash)
})

test.each<Partial<DeclaredLoad>>([
  { arrivals: 'constant 101/s' },
  { warmUpMs: 0 },
  { durationMs: 20_000 },
  { timeoutMs: 1 },
  { gracePeriodMs: 1 },
  { maxInFlight: 10 },
  { seed: 2 },
  { weights: { register: 5, enumerate: 3 } },
  { parameters: { payload: 'x' } },
  { data: ['shuffled', 10] },
  { faults: [['20s', 'kill Redis primary']] },
])('differs for another load: %o', (change) => {
  expect(workloadHash(sources, { ...load, ...change })).not.toBe(hash)
})

test('differs for other sources', () => {
  expect(workloadHash(new Map([...sources, ['c.ts', '']]), load)).not.toBe(hash)
  expect(workloadHash(new Map([...sources, ['a.load.ts', 'one\nthree\n']]), load)).not.toBe(hash)
})
