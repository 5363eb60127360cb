import { expect, test } from 'vitest'
import { normalDraws, randomStream } from '../../stats/random.ts'
import { firstIn, latency, roundsOf, time } from '../testing/gate-command.ts'
import { DETECTED, detectableChange } from './detectable-change.ts'
import { findingOf } from './evidence.ts'
import { gatePlan } from './plan.ts'
import { pairsOf } from './round-pairs.ts'
import type { GateRound } from './round.ts'
import { addRounds, judgeGate, openGate, spendBudget } from './session.ts'

const plan = gatePlan([latency])

/** Rounds whose changes are normally distributed about one, by a standard deviation of `scatter`. */
function draw(count: number, change: number, scatter: number, normal: () => number, from = 0) {
  const rounds = roundsOf(
    latency,
    Array.from({ length: count }, () => [
      time(1),
      time((1 + change) * Math.exp(scatter * normal())),
    ]),
  )
  return rounds.map((round, i): GateRound => ({ ...round, first: firstIn(from + i) }))
}

function isFound(change: number, scatter: number, maxRounds: number, normal: () => number) {
  let session = openGate(plan)
  let state = judgeGate(session)
  while (state.kind !== 'decided') {
    const made = session.rounds.length
    const count = Math.min(state.rounds, maxRounds - made)
    session =
      count > 0
        ? addRounds(session, draw(count, change, scatter, normal, made))
        : spendBudget(session)
    state = judgeGate(session)
  }
  return state.verdict.kind === 'regression'
}

test.each([
  [0.02, Infinity],
  [0.1, Infinity],
  [0.3, Infinity],
  [0.1, 17],
])('80 % of gates find it at a scatter of %d with %d rounds', (scatter, maxRounds) => {
  const normal = normalDraws(randomStream(2, 0))
  const change = detectableChange({ scatter, unit: 'relative' }, 0.05, plan, maxRounds) ?? NaN
  const trials = 600
  let found = 0
  for (let trial = 0; trial < trials; trial++) {
    if (isFound(change, scatter, maxRounds, normal)) found++
  }
  // Of 400 simulated gates here and 600 there: three standard errors.
  expect(Math.abs(found / trials - DETECTED)).toBeLessThan(0.08)
})

test('gates of seven rounds find it as often on average, given the scatter they observe', () => {
  const normal = normalDraws(randomStream(3, 0))
  const scatter = 0.1
  const trials = 600
  let found = 0
  for (let trial = 0; trial < trials; trial++) {
    const { pairs } = pairsOf(latency, draw(7, 0, scatter, normal))
    const [first, ...others] = pairs
    if (first === undefined) throw new TypeError('no pairs')
    const question = { effect: 0.05, limit: 0.1, alpha: 0.0286 }
    const { evidence } = findingOf([first, ...others], question)
    const change = detectableChange(evidence, 0.05, plan, Infinity) ?? NaN
    if (isFound(change, scatter, Infinity, normal)) found++
  }
  expect(Math.abs(found / trials - DETECTED)).toBeLessThan(0.1)
})

test('it is unknown without scatter, or with too few rounds to confirm anything', () => {
  const of = (scatter: number | null, maxRounds: number) =>
    detectableChange({ scatter, unit: 'relative' }, 0.05, plan, maxRounds)
  expect(of(null, Infinity)).toBe(null)
  expect(of(0.01, 16)).toBe(null)
  expect(of(0, 17)).toBeCloseTo(0.05, 9)
})

test('it grows with the scatter', () => {
  const changes = [0.01, 0.03, 0.1, 0.3].map((scatter) =>
    detectableChange({ scatter, unit: 'share' }, 0.01, plan, Infinity),
  )
  expect(changes).toEqual(changes.toSorted((a, b) => (a ?? 0) - (b ?? 0)))
})
