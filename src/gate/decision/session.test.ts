import { describe, expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import {
  errors,
  firstIn,
  latency,
  P50,
  roundsOf,
  share,
  swapped,
  time,
  timeRounds,
} from '../testing/gate-command.ts'
import { comparisonOf, METRICS, neededRequests, validityOf, type Comparison } from './metric.ts'
import { gatePlan, type Look } from './plan.ts'
import type { GateRound, Reading } from './round.ts'
import type { VersionName } from '../versions/both.ts'
import { addRounds, judgeGate, openGate, spendBudget, type GateSession } from './session.ts'

const P95 = { ...P50, percentile: 95 } as const

function gateOf(...comparisons: readonly Comparison[]): GateSession {
  return openGate(gatePlan(comparisons))
}

/** Gives a gate the rounds it asks for while there are any: after the first seven, `later` ones if given. */
function finish(
  opened: GateSession,
  rounds: readonly GateRound[],
  later: readonly GateRound[] = [],
) {
  let session = opened
  let state = judgeGate(session)
  while (state.kind !== 'decided') {
    const made = session.rounds.length
    const all = later.length === 0 ? rounds : [...rounds.slice(0, 7), ...later]
    const next = all.slice(made, made + state.rounds)
    session =
      next.length === state.rounds
        ? addRounds(
            session,
            next.map((round, i) => ({ ...round, first: firstIn(made + i) })),
          )
        : spendBudget(session)
    state = judgeGate(session)
  }
  return { ...state, rounds: session.rounds.length }
}

describe('a latency', () => {
  test('an unchanged latency passes at the first look', () => {
    const { verdict, comparisons, rounds } = finish(gateOf(latency), timeRounds(7, 1))
    expect(verdict).toEqual({ kind: 'pass', exitCode: 0 })
    expect(comparisons[0]?.verdict).toMatchObject({ kind: 'pass', evidence: { rounds: 7 } })
    expect(rounds).toBe(7)
  })

  test('a higher latency is confirmed by ten fresh rounds and is a regression', () => {
    const { verdict, comparisons, rounds } = finish(gateOf(latency), timeRounds(17, 1.2))
    expect(verdict).toEqual({ kind: 'regression', exitCode: 1 })
    expect(comparisons[0]?.verdict).toMatchObject({
      kind: 'regression',
      evidence: { rounds: 10, estimate: expect.closeTo(0.2, 2), pWorse: expect.closeTo(1 / 252) },
      screening: { rounds: 7 },
    })
    expect(rounds).toBe(17)
  })

  test('a latency that falls in mirrored rounds is an improvement with mirrored evidence', () => {
    const { verdict, comparisons } = finish(gateOf(latency), swapped(timeRounds(17, 1.2)))
    expect(verdict).toEqual({ kind: 'improvement', exitCode: 0 })
    expect(comparisons[0]?.verdict).toMatchObject({
      kind: 'improvement',
      evidence: { estimate: expect.closeTo(1 / 1.2 - 1, 2), pBetter: expect.closeTo(1 / 252) },
    })
  })

  test('a latency that scatters too much after twenty rounds is inconclusive, with the detectable change', () => {
    const { verdict, comparisons, rounds } = finish(gateOf(latency), timeRounds(20, 1.05, 0.8))
    expect(verdict).toEqual({ kind: 'inconclusive', exitCode: 3 })
    expect(comparisons[0]?.verdict).toMatchObject({ kind: 'inconclusive', why: { kind: 'noise' } })
    expect(rounds).toBe(20)
    expect(comparisons[0]?.detectable).toBeGreaterThan(0.1)
  })

  test('a rise that fresh rounds do not confirm is not a regression', () => {
    const { comparisons } = finish(gateOf(latency), timeRounds(7, 1.2), timeRounds(10, 1))
    expect(comparisons[0]?.verdict).toMatchObject({ kind: 'pass', evidence: { rounds: 10 } })
    const unsure = finish(gateOf(latency), timeRounds(7, 1.2), timeRounds(20, 1.1, 0.8))
    expect(unsure.comparisons[0]?.verdict).toMatchObject({
      kind: 'inconclusive',
      why: { kind: 'not confirmed', direction: 'regression' },
    })
    expect(unsure.verdict.exitCode).toBe(3)
  })

  test('passes if it is worse by less than the smallest change that counts, however certain', () => {
    expect(finish(gateOf(latency), timeRounds(20, 1.03, 0.001)).verdict.kind).toBe('pass')
    const strict = openGate(gatePlan([latency], { latency: 0.02 }))
    expect(finish(strict, timeRounds(20, 1.03, 0.001)).verdict.kind).toBe('regression')
  })
})

test('a metric that passed stays passed while rounds are run for others', () => {
  const other = comparisonOf('multicast', 'multicast', P50, true)
  const quiet = [...timeRounds(7, 1), ...timeRounds(13, 1.5)]
  const noisy = timeRounds(20, 1.05, 0.8)
  const rounds = quiet.map((round, i) => ({
    first: firstIn(i),
    baseline: { ...round.baseline, [other.id]: noisy[i]?.baseline[latency.id] ?? time(1) },
    candidate: { ...round.candidate, [other.id]: noisy[i]?.candidate[latency.id] ?? time(1) },
  }))
  const { comparisons } = finish(gateOf(latency, other), rounds)
  expect(comparisons[0]?.verdict).toMatchObject({ kind: 'pass', evidence: { rounds: 7 } })
  expect(comparisons[1]?.verdict).toMatchObject({ kind: 'inconclusive', evidence: { rounds: 20 } })
})

describe('errors', () => {
  test('errors in one more request of 200 are a regression', () => {
    const rounds = roundsOf(
      errors,
      [9, 11, 10, 13, 8, 12, 10, 9, 11, 10, 12, 8, 9, 13, 11, 10, 9].map((count) => [
        share(0),
        share(count),
      ]),
    )
    expect(finish(gateOf(errors), rounds).verdict).toEqual({ kind: 'regression', exitCode: 1 })
  })

  test('errors that come and go in both versions are not a regression', () => {
    const rounds = roundsOf(
      errors,
      [1, 0, 2, 0, 1, 0, 1].map((count, i) => [share(count), share((i * 3) % 3)]),
    )
    expect(finish(gateOf(errors), rounds).verdict.kind).toBe('pass')
  })
})

describe('never passes:', () => {
  const invalid = { kind: 'unusable', why: 'the run is invalid' } as const

  test('a gate whose metrics all lack requests; it makes no more rounds for validity alone', () => {
    const p99 = comparisonOf('register', 'register', { ...P50, percentile: 99 }, true)
    const validity = validityOf('register')
    const [round] = roundsOf(p99, [[time(1, 9), time(1, 9)]])
    const valid = { [validity.id]: { kind: 'validity', flaw: null } as const }
    const session = addRounds(gateOf(p99, validity), [
      {
        first: 'baseline',
        baseline: { ...round?.baseline, ...valid },
        candidate: { ...round?.candidate, ...valid },
      },
    ])
    expect(judgeGate(session)).toMatchObject({ verdict: { kind: 'inconclusive', exitCode: 3 } })
  })

  test('a gate without comparisons', () => {
    expect(judgeGate(gateOf())).toMatchObject({
      verdict: { kind: 'not comparable', exitCode: 4 },
    })
  })

  test.each(['baseline', 'candidate'] as const)('a metric that the %s lacks', (version) => {
    const [round] = timeRounds(1, 1)
    if (round === undefined) throw new TypeError('no round')
    const session = addRounds(gateOf(latency), [{ ...round, [version]: {} }])
    expect(judgeGate(session)).toMatchObject({
      comparisons: [{ verdict: { kind: 'not comparable', why: expect.stringContaining(version) } }],
      verdict: { exitCode: 4 },
    })
  })

  test('more than a tenth of invalid rounds', () => {
    const rounds = timeRounds(20, 1).map((round, i) =>
      i % 6 === 0 ? { ...round, candidate: { [latency.id]: invalid } } : round,
    )
    const { verdict, comparisons } = finish(gateOf(latency), rounds)
    expect(verdict.exitCode).toBe(3)
    expect(comparisons[0]?.verdict).toMatchObject({
      why: { kind: 'unusable rounds', count: 4, why: 'the run is invalid' },
    })
  })

  test('a single invalid round costs a round, not the verdict', () => {
    const rounds = timeRounds(10, 1).map((round, i) =>
      i === 2 ? { ...round, candidate: { [latency.id]: invalid } } : round,
    )
    const { comparisons } = finish(gateOf(latency), rounds)
    expect(comparisons[0]?.verdict).toMatchObject({ kind: 'pass', evidence: { rounds: 9 } })
  })

  test('a requested percentile with too few requests', () => {
    const p99 = { kind: 'latency', time: 'service', percentile: 99 } as const
    const asked = comparisonOf('register', 'register', p99, true)
    const session = addRounds(gateOf(asked), roundsOf(asked, [[time(1, 9_999), time(1, 9_999)]]))
    expect(judgeGate(session)).toMatchObject({
      comparisons: [{ verdict: { kind: 'refused', requests: 9_999, needed: 10_000 } }],
      verdict: { exitCode: 3 },
    })
  })

  test('a spent budget', () => {
    const open = addRounds(gateOf(latency), timeRounds(7, 1.05, 0.8))
    expect(judgeGate(spendBudget(open))).toMatchObject({
      comparisons: [{ verdict: { kind: 'inconclusive', why: { kind: 'budget' } } }],
      verdict: { exitCode: 3 },
    })
    const unconfirmed = addRounds(gateOf(latency), timeRounds(7, 1.2))
    expect(judgeGate(spendBudget(unconfirmed))).toMatchObject({
      comparisons: [
        { verdict: { why: { kind: 'confirmation missing', direction: 'regression' } } },
      ],
      verdict: { exitCode: 3 },
    })
    expect(judgeGate(spendBudget(gateOf(latency)))).toMatchObject({ verdict: { exitCode: 3 } })
  })
})

test('a percentile that was not requested is refused without preventing a pass', () => {
  const p99 = comparisonOf(
    'register',
    'register',
    { kind: 'latency', time: 'service', percentile: 99 },
    false,
  )
  const rounds = timeRounds(7, 1).map(({ first, baseline, candidate }) => ({
    first,
    baseline: { ...baseline, [p99.id]: time(2) },
    candidate: { ...candidate, [p99.id]: time(2) },
  }))
  const { verdict, comparisons } = finish(gateOf(latency, p99), rounds)
  expect(verdict).toEqual({ kind: 'pass', exitCode: 0 })
  expect(comparisons[1]?.verdict).toEqual({ kind: 'refused', requests: 2_000, needed: 10_000 })
})

test.each([
  [true, 'inconclusive', 3],
  [false, 'pass', 0],
] as const)(
  'a time that scatters too much, where times decide: %j, leaves the gate %s',
  (timesDecide, kind, exitCode) => {
    const none = [share(0), share(0)] as const
    const ofErrors = roundsOf(
      errors,
      Array.from({ length: 20 }, () => none),
    )
    const rounds = timeRounds(20, 1, 3).map(({ first, baseline, candidate }, i) => ({
      first,
      baseline: { ...baseline, ...ofErrors[i]?.baseline },
      candidate: { ...candidate, ...ofErrors[i]?.candidate },
    }))
    const { verdict } = finish(openGate(gatePlan([latency, errors], {}, timesDecide)), rounds)
    expect(verdict).toEqual({ kind, exitCode })
  },
)

test('a round needs 100 requests beyond a percentile, and one for the smallest change of a ratio', () => {
  const needs = METRICS.map((metric) => neededRequests(metric, 0.0025))
  const percentiles = [200, 2_000, 10_000, 100_000]
  expect(needs).toEqual([...percentiles, ...percentiles, ...percentiles, 400, 400, 400])
})

test('more comparisons make each confirmation stricter: at most one gate in 20 has any false alarm', () => {
  for (const count of [1, 5, 20, 21, 60, 200]) {
    const comparisons = Array.from({ length: count }, (_, i) =>
      comparisonOf('s', `operation ${i}`, P50, true),
    )
    const { looks, confirmation } = gatePlan(comparisons)
    const sum = (all: readonly Look[]) => all.reduce((part, { alpha }) => part + alpha, 0)
    expect(sum(looks)).toBeLessThanOrEqual(0.05 + 1e-12)
    expect(sum(confirmation)).toBeLessThanOrEqual(0.05 + 1e-12)
    expect(count * sum(looks) * sum(confirmation)).toBeLessThanOrEqual(0.05 + 1e-12)
  }
})

test('ten fresh rounds confirm two hundred worse latencies', () => {
  const many = Array.from({ length: 200 }, (_, i) => comparisonOf('s', `operation ${i}`, P50, true))
  const rounds = timeRounds(17, 1.2).map(({ first, baseline, candidate }) => ({
    first,
    baseline: Object.fromEntries(many.map(({ id }) => [id, baseline[latency.id] ?? time(1)])),
    candidate: Object.fromEntries(many.map(({ id }) => [id, candidate[latency.id] ?? time(1)])),
  }))
  const { verdict, comparisons } = finish(gateOf(...many), rounds)
  expect(verdict.exitCode).toBe(1)
  expect(comparisons.every((judged) => judged.verdict.kind === 'regression')).toBe(true)
})

test('rounds made for another comparison confirm a regression, even without budget for more', () => {
  const noisy = comparisonOf('register', 'register', P95, true)
  const scatter = timeRounds(17, 1.05, 0.8)
  const rounds = timeRounds(17, 1.3).map((round, i) => ({
    ...round,
    baseline: { ...round.baseline, [noisy.id]: scatter[i]?.baseline[latency.id] ?? time(1) },
    candidate: { ...round.candidate, [noisy.id]: scatter[i]?.candidate[latency.id] ?? time(1) },
  }))
  const { verdict, comparisons } = finish(gateOf(latency, noisy), rounds)
  expect(verdict).toEqual({ kind: 'regression', exitCode: 1 })
  expect(comparisons[1]?.verdict).toMatchObject({ kind: 'inconclusive', why: { kind: 'budget' } })
})

describe('unusable measurements', () => {
  const validity = validityOf('register')
  const said = (flaw: string | null): Reading => ({ kind: 'validity', flaw })
  const invalid = 'the run is invalid'

  /** Rounds of a valid latency, unless the version's measurement is invalid in that round. */
  function roundsWith(isInvalid: (round: number) => Record<VersionName, boolean>) {
    return timeRounds(40, 1).map((round, i): GateRound => {
      const flawed = isInvalid(i)
      const readingsOf = (version: VersionName) => ({
        [latency.id]: flawed[version]
          ? ({ kind: 'unusable', why: invalid } as const)
          : (round[version][latency.id] ?? time(1)),
        [validity.id]: said(flawed[version] ? invalid : null),
      })
      return { ...round, baseline: readingsOf('baseline'), candidate: readingsOf('candidate') }
    })
  }

  test.each([
    ['in every round', () => true],
    ['in three rounds of four', (round: number) => round % 4 !== 2],
    ['in every second round', (round: number) => round % 4 < 2],
    ['in three rounds of seven', (round: number) => round % 7 < 3],
  ])('an unusable measurement of the candidate alone, %s, is a regression', (_, isInvalid) => {
    const rounds = roundsWith((i) => ({ baseline: false, candidate: isInvalid(i) }))
    const { verdict, comparisons } = finish(gateOf(latency, validity), rounds)
    expect(verdict).toEqual({ kind: 'regression', exitCode: 1 })
    expect(comparisons[1]).toMatchObject({ verdict: { kind: 'regression' }, flaw: invalid })
  })

  test.each([
    ['the baseline alone', { baseline: true, candidate: false }],
    ['both', { baseline: true, candidate: true }],
  ])('unusable measurements of %s are inconclusive, with the reason', (_, flawed) => {
    const rounds = roundsWith(() => flawed)
    const { verdict, comparisons } = finish(gateOf(latency, validity), rounds)
    expect(verdict).toEqual({ kind: 'inconclusive', exitCode: 3 })
    expect(comparisons[1]?.verdict).toMatchObject({
      why: { kind: 'unusable rounds', why: invalid },
    })
  })

  test('occasional ones of either version are not a regression', () => {
    const rounds = roundsWith((i) => ({ baseline: i % 3 === 0, candidate: i % 4 === 0 }))
    expect(finish(gateOf(latency, validity), rounds).verdict.kind).toBe('inconclusive')
  })

  test('a gate that compared nothing does not pass, even if every measurement is usable', () => {
    const rounds = roundsWith(() => ({ baseline: false, candidate: false }))
    expect(finish(gateOf(validity), rounds).verdict.exitCode).toBe(3)
    expect(finish(gateOf(latency, validity), rounds).verdict.exitCode).toBe(0)
  })
})

test('a gate can be stored and resumed', () => {
  const session = addRounds(gateOf(latency), timeRounds(7, 1.05, 0.8))
  const stored = JSON.parse(JSON.stringify(session)) as GateSession
  expect(judgeGate(stored)).toEqual(judgeGate(session))
  expect(JSON.parse(JSON.stringify(judgeGate(session)))).toEqual(judgeGate(session))
})

test('more rounds than wanted are refused', () => {
  expect(() => addRounds(gateOf(latency), timeRounds(8, 1))).toThrow('wants 7 rounds, not 8')
  const passed = addRounds(gateOf(latency), timeRounds(7, 1))
  expect(() => addRounds(passed, timeRounds(1, 1))).toThrow('wants 0 rounds')
})

test.each([0, -0.05, Number.NaN, 5])('an effect of %d is refused', (effect) => {
  expect(() => gatePlan([latency], { latency: effect })).toThrow(InputError)
})
