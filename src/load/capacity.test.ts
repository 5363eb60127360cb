import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  bracketOf,
  nextRate,
  type CapacitySearch,
  type Probe,
  type ProbeOutcome,
} from './capacity.ts'

/** Runs a whole search, and gives up where it should long have ended. */
function searchFor(
  answer: (rate: number, run: number) => ProbeOutcome,
  search: CapacitySearch,
): Probe[] {
  const probes: Probe[] = []
  for (;;) {
    const rate = nextRate(probes, search)
    if (rate === null) return probes
    probes.push({ rate, outcome: answer(rate, probes.length) })
    if (probes.length > 1_000) throw new Error('the search does not end')
  }
}

const upTo =
  (capacity: number, limit: 'system' | 'generator' = 'system') =>
  (rate: number): ProbeOutcome =>
    rate <= capacity ? 'passed' : limit

const searches = fc.record({
  from: fc.integer({ min: 1, max: 10_000 }),
  precision: fc.double({ min: 0.001, max: 0.5, noNaN: true }),
})

test('a search doubles, bisects, and runs each end of its bracket again', () => {
  const rates = searchFor(upTo(730), { from: 200, precision: 0.1 }).map(({ rate }) => rate)
  expect(rates).toEqual([200, 400, 800, 600, 700, 750, 700, 750])
})

test('a first rate that fails is halved until one passes', () => {
  const probes = searchFor(upTo(30), { from: 200, precision: 0.5 })
  expect(probes.map(({ rate }) => rate)).toEqual([200, 100, 50, 25, 38, 32, 25, 32])
})

test('the bracket holds the capacity, is as narrow as asked for and confirmed at both ends', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200_000 }), searches, (capacity, search) => {
      const probes = searchFor(upTo(capacity), search)
      const { passed, failed, limit, isConfirmed } = bracketOf(probes, search)
      if (passed === null || failed === null) throw new Error('an end is missing')
      expect(passed).toBeLessThanOrEqual(capacity)
      expect(failed).toBeGreaterThan(capacity)
      expect(failed - passed).toBeLessThanOrEqual(Math.max(passed * search.precision, 1))
      expect({ limit, isConfirmed }).toEqual({ limit: 'system', isConfirmed: true })
      for (const end of [passed, failed]) {
        expect(probes.filter(({ rate }) => rate === end)).toHaveLength(2)
      }
    }),
  )
})

test('the longest search takes as many probes as doubling, bisecting and confirming do', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200_000 }), searches, (capacity, search) => {
      const doublings = Math.abs(Math.log2(capacity / search.from)) + 2
      const bisections = Math.log2(1 / search.precision) + 2
      const { length } = searchFor(upTo(capacity), search)
      expect(length).toBeLessThanOrEqual(Math.ceil(doublings) + Math.ceil(bisections) + 2)
    }),
  )
})

test('whatever the answers, a search ends with no rate run four times, its ends in order', () => {
  const answers = fc.infiniteStream(
    fc.constantFrom<ProbeOutcome>('passed', 'passed', 'system', 'generator'),
  )
  fc.assert(
    fc.property(answers, searches, (stream, search) => {
      const answer = (rate: number): ProbeOutcome =>
        rate > 1_000_000 ? 'system' : (stream.next().value ?? 'system')
      const probes = searchFor(answer, search)
      const runs = Map.groupBy(probes, ({ rate }) => rate)
      for (const [, of] of runs) expect(of.length).toBeLessThanOrEqual(3)
      const { passed, failed, isConfirmed } = bracketOf(probes, search)
      expect(passed ?? 0).toBeLessThan(failed ?? 0)
      expect(isConfirmed).toBe(true)
    }),
  )
})

test('an end that does not hold a second and a third time moves', () => {
  const seen = new Map<number, number>()
  const flaky = (rate: number): ProbeOutcome => {
    const run = (seen.get(rate) ?? 0) + 1
    seen.set(rate, run)
    return rate === 700 && run > 1 ? 'system' : upTo(730)(rate)
  }
  const search = { from: 200, precision: 0.1 }
  const probes = searchFor(flaky, search)
  expect(probes.filter(({ rate }) => rate === 700)).toHaveLength(3)
  expect(bracketOf(probes, search)).toMatchObject({ passed: 650, failed: 700 })
})

test('where the generator gave out even once, the system is not said to have', () => {
  const search = { from: 100, precision: 0.5 }
  const limitOf = (outcomes: readonly ProbeOutcome[]) =>
    bracketOf(
      outcomes.map((outcome) => ({ rate: 100, outcome })),
      search,
    ).limit
  expect(limitOf(['system', 'system'])).toBe('system')
  expect(limitOf(['system', 'generator'])).toBe('generator')
  expect(limitOf(['passed'])).toBeNull()
})

test('no rate passes: the search ends at 1 request/s', () => {
  const search = { from: 8, precision: 0.1 }
  const probes = searchFor(upTo(0), search)
  expect(probes.map(({ rate }) => rate)).toEqual([8, 4, 2, 1, 1])
  expect(bracketOf(probes, search)).toMatchObject({ passed: null, failed: 1, isConfirmed: true })
})

test('a search that is ended early has the bracket found so far, unconfirmed', () => {
  const search = { from: 100, precision: 0.1 }
  expect(bracketOf([], search)).toEqual({
    passed: null,
    failed: null,
    limit: null,
    isConfirmed: false,
  })
  const probes: Probe[] = [
    { rate: 100, outcome: 'passed' },
    { rate: 200, outcome: 'generator' },
  ]
  expect(bracketOf(probes, search)).toEqual({
    passed: 100,
    failed: 200,
    limit: 'generator',
    isConfirmed: false,
  })
})
