import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomStream } from '../stats/random.ts'
import {
  bracketOf,
  nextRate,
  type CapacityBracket,
  type CapacitySearch,
  type Probe,
  type ProbeOutcome,
} from './capacity.ts'

type Answer = (rate: number) => ProbeOutcome

function search(from: number, precision: number): CapacitySearch {
  return { from, precision, lowest: 1, highest: 1_000_000 }
}

/** Runs a whole search, and gives up where it should long have ended. */
function searchFor(answer: Answer, plan: CapacitySearch): Probe[] {
  const probes: Probe[] = []
  for (;;) {
    const rate = nextRate(probes, plan)
    if (rate === null) return probes
    probes.push({ rate, outcome: answer(rate) })
    if (probes.length > 1_000) throw new Error('the search does not end')
  }
}

const upTo =
  (capacity: number, limit: 'system' | 'generator' = 'system'): Answer =>
  (rate) =>
    rate <= capacity ? 'passed' : limit

/** The same answers, but the generator disturbs the runs of each rate that `isDisturbed` picks. */
function disturbedBy(isDisturbed: (rate: number, run: number) => boolean, answer: Answer): Answer {
  const runs = new Map<number, number>()
  return (rate) => {
    const run = runs.get(rate) ?? 0
    runs.set(rate, run + 1)
    return isDisturbed(rate, run) ? 'generator' : answer(rate)
  }
}

const capacities = fc.integer({ min: 1, max: 200_000 })
const searches = fc
  .tuple(
    fc.integer({ min: 1, max: 10_000 }),
    fc.double({ min: 0.001, max: 0.5, noNaN: true }),
    fc.integer({ min: 1, max: 10_000 }),
  )
  .map(([from, precision, lowest]) => ({
    from: Math.max(from, lowest),
    precision,
    lowest,
    highest: 1_000_000,
  }))

/** Probes that doubling (or halving), bisecting and confirming take in the quiet. */
function fewest(capacity: number, { from, precision }: CapacitySearch): number {
  const doublings = Math.abs(Math.log2(capacity / from)) + 2
  const bisections = Math.log2(1 / precision) + 2
  return Math.ceil(doublings) + Math.ceil(bisections) + 2
}

/** Checks the result of a search on any system that can take at least `lowest`. */
function expectBracketOf(capacity: number, bracket: CapacityBracket, plan: CapacitySearch): void {
  const { passed, failed, limit, isConfirmed } = bracket
  if (passed === null || failed === null) throw new Error('an end is missing')
  expect(passed).toBeLessThanOrEqual(capacity)
  expect(failed).toBeGreaterThan(capacity)
  expect(failed - passed).toBeLessThanOrEqual(Math.max(passed * plan.precision, 1))
  expect({ limit, isConfirmed }).toEqual({ limit: 'system', isConfirmed: true })
}

describe('an undisturbed search', () => {
  test('doubles, bisects, and runs each end of its bracket again', () => {
    const rates = searchFor(upTo(730), search(200, 0.1)).map(({ rate }) => rate)
    expect(rates).toEqual([200, 400, 800, 600, 700, 750, 700, 750])
  })

  test('halves a failing first rate until a rate passes', () => {
    const probes = searchFor(upTo(30), search(200, 0.5))
    expect(probes.map(({ rate }) => rate)).toEqual([200, 100, 50, 25, 38, 32, 25, 32])
  })

  test('brackets the capacity as narrowly as requested and confirms both ends', () => {
    fc.assert(
      fc.property(capacities, searches, (capacity, plan) => {
        fc.pre(capacity >= plan.lowest)
        const probes = searchFor(upTo(capacity), plan)
        const bracket = bracketOf(probes, plan)
        expectBracketOf(capacity, bracket, plan)
        for (const end of [bracket.passed, bracket.failed]) {
          expect(probes.filter(({ rate }) => rate === end)).toHaveLength(2)
        }
        expect(probes.length).toBeLessThanOrEqual(fewest(capacity, plan))
      }),
    )
  })

  test('searches up to the highest rate if the system takes every rate', () => {
    const plan = { ...search(300, 0.1), highest: 1_000 }
    const probes = searchFor(upTo(Infinity), plan)
    expect(probes.map(({ rate }) => rate)).toEqual([300, 600, 1_000, 1_000])
    const bracket = { passed: 1_000, failed: null, limit: null, isConfirmed: true }
    expect(bracketOf(probes, plan)).toEqual(bracket)
  })

  test('searches down to the lowest rate if the system takes none', () => {
    const plan = { ...search(40, 0.1), lowest: 8 }
    const probes = searchFor(upTo(0), plan)
    expect(probes.map(({ rate }) => rate)).toEqual([40, 20, 10, 8, 8])
    const bracket = { passed: null, failed: 8, limit: 'system', isConfirmed: true }
    expect(bracketOf(probes, plan)).toEqual(bracket)
  })
})

describe('a generator that is the limit', () => {
  test('sets the upper end of a bracket whose lower end was held', () => {
    const plan = search(100, 0.05)
    const probes = searchFor(upTo(46_400, 'generator'), plan)
    const { passed, failed, limit, isConfirmed } = bracketOf(probes, plan)
    expect(passed).toBeLessThanOrEqual(46_400)
    expect(failed).toBeGreaterThan(46_400)
    expect({ limit, isConfirmed }).toEqual({ limit: 'generator', isConfirmed: true })
    expect(probes.filter(({ rate }) => rate === passed)).toHaveLength(2)
    expect(probes.filter(({ rate }) => rate === failed)).toHaveLength(6)
  })

  test('sets the upper end even if the system misses a higher rate', () => {
    const plan = search(100, 0.1)
    const answer: Answer = (rate) => (rate > 760 ? 'system' : upTo(730, 'generator')(rate))
    expect(bracketOf(searchFor(answer, plan), plan)).toMatchObject({
      passed: 700,
      failed: 750,
      limit: 'generator',
    })
  })

  test('ends the search if no rate is held, and says so', () => {
    const plan = search(8, 0.1)
    const probes = searchFor(upTo(0, 'generator'), plan)
    expect(probes.map(({ rate }) => rate)).toEqual([8, 8, 4, 4, 2, 2, 1, 1, 1, 1, 1, 1])
    const bracket = { passed: null, failed: 1, limit: 'generator', isConfirmed: true }
    expect(bracketOf(probes, plan)).toEqual(bracket)
  })
})

describe('disturbed probes', () => {
  test('are repeated', () => {
    const first = disturbedBy((rate, run) => rate === 200 && run === 0, upTo(730))
    const rates = searchFor(first, search(200, 0.1)).map(({ rate }) => rate)
    expect(rates).toEqual([200, 200, 400, 800, 600, 700, 750, 700, 750])
  })

  test('at one rate do not end the search if a higher rate is held', () => {
    const twice = disturbedBy((rate, run) => rate === 200 && run < 2, upTo(730))
    const plan = search(200, 0.1)
    expectBracketOf(730, bracketOf(searchFor(twice, plan), plan), plan)
  })

  test('leave the bracket unchanged while each rate has fewer than six', () => {
    // How many of a rate's first runs are disturbed.
    const disturbances = fc.func(fc.integer({ min: 0, max: 5 }))
    fc.assert(
      fc.property(capacities, searches, disturbances, (capacity, plan, runsOf) => {
        fc.pre(capacity >= plan.lowest)
        const answer = disturbedBy((rate, run) => run < runsOf(rate), upTo(capacity))
        const probes = searchFor(answer, plan)
        expectBracketOf(capacity, bracketOf(probes, plan), plan)
      }),
    )
  })

  test('leave the bracket right in 99 % of 2,000 searches if 30 % of the probes are disturbed', () => {
    let right = 0
    for (let seed = 0; seed < 2_000; seed++) {
      const random = randomStream(seed, 0)
      const capacity = Math.ceil(2 ** (4 + 12 * random()))
      const plan = search(Math.ceil(2 ** (4 + 8 * random())), 0.05)
      const probes = searchFor(
        disturbedBy(() => random() < 0.3, upTo(capacity)),
        plan,
      )
      const { passed, failed, limit } = bracketOf(probes, plan)
      expect(passed ?? Infinity).toBeLessThanOrEqual(capacity)
      if (failed !== null && limit === 'system') expect(failed).toBeGreaterThan(capacity)
      expect(probes.length).toBeLessThanOrEqual(3 * fewest(capacity, plan))
      if (limit === 'system' && failed !== null) right++
    }
    expect(right).toBeGreaterThanOrEqual(0.99 * 2_000)
  })

  test('run no rate nine times and keep the ends in order, whatever the outcomes', () => {
    const answers = fc.infiniteStream(
      fc.constantFrom<ProbeOutcome>('passed', 'passed', 'system', 'generator'),
    )
    fc.assert(
      fc.property(answers, searches, (stream, plan) => {
        const answer: Answer = () => stream.next().value ?? 'system'
        const probes = searchFor(answer, plan)
        const runs = Map.groupBy(probes, ({ rate }) => rate)
        for (const [rate, of] of runs) {
          expect(of.length).toBeLessThanOrEqual(8)
          expect(rate).toBeGreaterThanOrEqual(plan.lowest)
          expect(rate).toBeLessThanOrEqual(plan.highest)
        }
        const { passed, failed, isConfirmed } = bracketOf(probes, plan)
        expect(passed ?? 0).toBeLessThan(failed ?? Infinity)
        expect(isConfirmed).toBe(true)
      }),
    )
  })

  test('place a rate that the system always misses above the rate held', () => {
    // Between the two, a run passes or misses by chance.
    const widths = fc.double({ min: 1, max: 2, noNaN: true })
    const chances = fc.infiniteStream(fc.constantFrom<ProbeOutcome>('passed', 'system'))
    const disturbances = fc.infiniteStream(fc.constantFrom(true, false, false))
    fc.assert(
      fc.property(
        capacities,
        widths,
        searches,
        chances,
        disturbances,
        (always, width, plan, chance, disturbed) => {
          const never = always * width
          const answer = disturbedBy(
            () => disturbed.next().value ?? false,
            (rate) => {
              if (rate <= always) return 'passed'
              return rate > never ? 'system' : (chance.next().value ?? 'system')
            },
          )
          const { passed } = bracketOf(searchFor(answer, plan), plan)
          expect(passed ?? 0).toBeLessThanOrEqual(never)
        },
      ),
    )
  })
})

test('moves an end that fails its second and third runs', () => {
  const seen = new Map<number, number>()
  const flaky: Answer = (rate) => {
    const run = (seen.get(rate) ?? 0) + 1
    seen.set(rate, run)
    return rate === 700 && run > 1 ? 'system' : upTo(730)(rate)
  }
  const plan = search(200, 0.1)
  const probes = searchFor(flaky, plan)
  expect(probes.filter(({ rate }) => rate === 700)).toHaveLength(3)
  expect(bracketOf(probes, plan)).toMatchObject({ passed: 650, failed: 700 })
})

test('a search that ends early returns the bracket so far, unconfirmed', () => {
  const plan = search(100, 0.1)
  const nothing = { passed: null, failed: null, limit: null, isConfirmed: false }
  expect(bracketOf([], plan)).toEqual(nothing)
  const probes: Probe[] = [
    { rate: 100, outcome: 'passed' },
    { rate: 200, outcome: 'system' },
  ]
  const found = { passed: 100, failed: 200, limit: 'system', isConfirmed: false }
  expect(bracketOf(probes, plan)).toEqual(found)
  const disturbed: Probe = { rate: 150, outcome: 'generator' }
  expect(bracketOf([...probes, disturbed], plan)).toEqual(found)
})
