import { describe, expect, test } from 'vitest'
import { InputError } from '../../load/input-error.ts'
import {
  errors,
  latency,
  P50,
  roundsOf,
  share,
  swapped,
  time,
  timeRounds,
} from '../testing/gate-for-tests.ts'
import { comparisonOf, METRICS, neededRequests, type Comparison } from './metric.ts'
import { gatePlan } from './plan.ts'
import type { GateRound } from './round.ts'
import { addRounds, judgeGate, openGate, spendBudget, type GateSession } from './session.ts'

function gateOf(...comparisons: readonly Comparison[]): GateSession {
  return openGate(gatePlan(comparisons))
}

/** Gives a gate the rounds it asks for, and fresh ones if it asks for those. */
function finish(
  opened: GateSession,
  rounds: readonly GateRound[],
  fresh: readonly GateRound[] = rounds.slice(0, 10),
) {
  let session = opened
  let state = judgeGate(session)
  while (state.kind !== 'decided') {
    const [from, made] =
      state.kind === 'rounds wanted'
        ? [rounds, session.rounds.length]
        : [fresh, session.confirmation.length]
    session = addRounds(session, from.slice(made, made + state.rounds))
    state = judgeGate(session)
  }
  return { ...state, rounds: session.rounds.length, fresh: session.confirmation.length }
}

describe('a latency', () => {
  test('that stays passes at the first look', () => {
    const { verdict, comparisons, rounds, fresh } = finish(gateOf(latency), timeRounds(7, 1))
    expect(verdict).toEqual({ kind: 'pass', exitCode: 0 })
    expect(comparisons[0]?.verdict).toMatchObject({ kind: 'pass', evidence: { rounds: 7 } })
    expect([rounds, fresh]).toEqual([7, 0])
  })

  test('that is worse is confirmed by ten fresh rounds, and fails', () => {
    const { verdict, comparisons, rounds, fresh } = finish(gateOf(latency), timeRounds(10, 1.2))
    expect(verdict).toEqual({ kind: 'regression', exitCode: 1 })
    expect(comparisons[0]?.verdict).toMatchObject({
      kind: 'regression',
      adjustedP: 2 ** -10,
      evidence: { rounds: 10, estimate: expect.closeTo(0.2, 2) },
      screening: { rounds: 7 },
    })
    expect([rounds, fresh]).toEqual([7, 10])
  })

  test('that is better in mirrored rounds is an improvement, by the mirrored evidence', () => {
    const { verdict, comparisons } = finish(gateOf(latency), swapped(timeRounds(10, 1.2)))
    expect(verdict).toEqual({ kind: 'improvement', exitCode: 0 })
    expect(comparisons[0]?.verdict).toMatchObject({
      kind: 'improvement',
      adjustedP: 2 ** -10,
      evidence: { estimate: expect.closeTo(1 / 1.2 - 1, 2) },
    })
  })

  test('that scatters too much after twenty rounds is inconclusive, and what could be seen is said', () => {
    const { verdict, comparisons, rounds } = finish(gateOf(latency), timeRounds(20, 1.05, 0.8))
    expect(verdict).toEqual({ kind: 'inconclusive', exitCode: 3 })
    expect(comparisons[0]?.verdict).toMatchObject({ kind: 'inconclusive', why: { kind: 'noise' } })
    expect(rounds).toBe(20)
    const found = comparisons[0]?.verdict
    expect(found?.kind === 'inconclusive' && found.evidence?.smallestEffect).toBeGreaterThan(0.1)
  })

  test('that fresh rounds do not confirm is no regression', () => {
    const { comparisons } = finish(gateOf(latency), timeRounds(10, 1.2), timeRounds(10, 1))
    expect(comparisons[0]?.verdict).toMatchObject({ kind: 'pass', evidence: { rounds: 10 } })
    const unsure = finish(gateOf(latency), timeRounds(10, 1.2), timeRounds(10, 1.1, 0.8))
    expect(unsure.comparisons[0]?.verdict).toMatchObject({
      kind: 'inconclusive',
      why: { kind: 'not confirmed', direction: 'regression' },
    })
    expect(unsure.verdict.exitCode).toBe(3)
  })

  test('may be worse by less than the effect that counts, however sure that is', () => {
    expect(finish(gateOf(latency), timeRounds(20, 1.03, 0.001)).verdict.kind).toBe('pass')
    const strict = openGate(gatePlan([latency], { latency: 0.02 }))
    expect(finish(strict, timeRounds(20, 1.03, 0.001)).verdict.kind).toBe('regression')
  })
})

test('what passed stays passed, while rounds are made for others', () => {
  const other = comparisonOf('multicast', 'multicast', P50, true)
  const quiet = [...timeRounds(7, 1), ...timeRounds(13, 1.5)]
  const noisy = timeRounds(20, 1.05, 0.8)
  const rounds = quiet.map((round, i) => ({
    baseline: { ...round.baseline, [other.id]: noisy[i]?.baseline[latency.id] ?? time(1) },
    candidate: { ...round.candidate, [other.id]: noisy[i]?.candidate[latency.id] ?? time(1) },
  }))
  const { comparisons } = finish(gateOf(latency, other), rounds)
  expect(comparisons[0]?.verdict).toMatchObject({ kind: 'pass', evidence: { rounds: 7 } })
  expect(comparisons[1]?.verdict).toMatchObject({ kind: 'inconclusive', evidence: { rounds: 20 } })
})

describe('errors', () => {
  test('in one request of 200 more are a regression', () => {
    const rounds = roundsOf(
      errors,
      [9, 11, 10, 13, 8, 12, 10, 9, 11, 10].map((count) => [share(0), share(count)]),
    )
    expect(finish(gateOf(errors), rounds).verdict).toEqual({ kind: 'regression', exitCode: 1 })
  })

  test('that come and go on both sides are none', () => {
    const rounds = roundsOf(
      errors,
      [1, 0, 2, 0, 1, 0, 1].map((count, i) => [share(count), share((i * 3) % 3)]),
    )
    expect(finish(gateOf(errors), rounds).verdict.kind).toBe('pass')
  })
})

describe('what is never a pass', () => {
  const invalid = { kind: 'unusable', why: 'the run is invalid' } as const

  test('nothing to compare', () => {
    expect(judgeGate(gateOf())).toMatchObject({
      verdict: { kind: 'not comparable', exitCode: 4 },
    })
  })

  test.each(['baseline', 'candidate'] as const)('what the %s does not have', (arm) => {
    const [round] = timeRounds(1, 1)
    if (round === undefined) throw new TypeError('no round')
    const session = addRounds(gateOf(latency), [{ ...round, [arm]: {} }])
    expect(judgeGate(session)).toMatchObject({
      comparisons: [{ verdict: { kind: 'not comparable', why: expect.stringContaining(arm) } }],
      verdict: { exitCode: 4 },
    })
  })

  test('rounds of which more than a tenth are invalid', () => {
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

  test('a percentile without the requests it needs, if it was asked for', () => {
    const p99 = { kind: 'latency', time: 'response', percentile: 99 } as const
    const asked = comparisonOf('register', 'register', p99, true)
    const session = addRounds(gateOf(asked), roundsOf(asked, [[time(1, 9_999), time(1, 9_999)]]))
    expect(judgeGate(session)).toMatchObject({
      comparisons: [{ verdict: { kind: 'refused', requests: 9_999, needed: 10_000 } }],
      verdict: { exitCode: 3 },
    })
  })

  test('a budget that is spent', () => {
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

test('a percentile that was not asked for is refused beside what passes', () => {
  const p99 = comparisonOf(
    'register',
    'register',
    { kind: 'latency', time: 'response', percentile: 99 },
    false,
  )
  const rounds = timeRounds(7, 1).map(({ baseline, candidate }) => ({
    baseline: { ...baseline, [p99.id]: time(2) },
    candidate: { ...candidate, [p99.id]: time(2) },
  }))
  const { verdict, comparisons } = finish(gateOf(latency, p99), rounds)
  expect(verdict).toEqual({ kind: 'pass', exitCode: 0 })
  expect(comparisons[1]?.verdict).toEqual({ kind: 'refused', requests: 2_000, needed: 10_000 })
})

test('a round needs 100 requests beyond a percentile, and one for a share', () => {
  const needs = METRICS.map((metric) => neededRequests(metric, 0.0025))
  const percentiles = [200, 2_000, 10_000, 100_000]
  expect(needs).toEqual([...percentiles, ...percentiles, 400, 400, 400])
})

test('with many candidates, each needs more to be confirmed', () => {
  const many = Array.from({ length: 60 }, (_, i) => comparisonOf('s', `operation ${i}`, P50, true))
  const spread = (rounds: readonly GateRound[]) =>
    rounds.map(({ baseline, candidate }) => ({
      baseline: Object.fromEntries(many.map(({ id }) => [id, baseline[latency.id] ?? time(1)])),
      candidate: Object.fromEntries(many.map(({ id }) => [id, candidate[latency.id] ?? time(1)])),
    }))
  const { comparisons } = finish(gateOf(...many), spread(timeRounds(10, 1.2)))
  expect(comparisons[0]?.verdict).toMatchObject({
    kind: 'inconclusive',
    why: { kind: 'not confirmed' },
  })
})

test('a gate can be stored and taken up again', () => {
  const session = addRounds(gateOf(latency), timeRounds(7, 1.05, 0.8))
  const stored = JSON.parse(JSON.stringify(session)) as GateSession
  expect(judgeGate(stored)).toEqual(judgeGate(session))
  expect(JSON.parse(JSON.stringify(judgeGate(session)))).toEqual(judgeGate(session))
})

test('rounds that nobody asked for are refused', () => {
  expect(() => addRounds(gateOf(latency), timeRounds(8, 1))).toThrow('wants 7 rounds, not 8')
  const passed = addRounds(gateOf(latency), timeRounds(7, 1))
  expect(() => addRounds(passed, timeRounds(1, 1))).toThrow('wants 0 rounds')
})

test.each([0, -0.05, Number.NaN, 5])('an effect of %d is refused', (effect) => {
  expect(() => gatePlan([latency], { latency: effect })).toThrow(InputError)
})
