import fc from 'fast-check'
import { expect, test } from 'vitest'
import { errors, firstIn, latency } from '../testing/gate-command.ts'
import { validityOf } from './metric.ts'
import { gatePlan } from './plan.ts'
import type { GateRound, Reading, Readings } from './round.ts'
import { addRounds, judgeGate, openGate } from './session.ts'

const validity = validityOf('register')
const plan = gatePlan([latency, errors, validity])

const gap: fc.Arbitrary<Reading> = fc.constantFrom(
  { kind: 'unusable', why: 'the run is invalid' },
  { kind: 'absent', why: 'no such operation' },
)
const times: fc.Arbitrary<Reading> = fc
  .double({ min: 0.001, max: 1e6, noNaN: true })
  .map((ms) => ({ kind: 'time', ms, requests: 2_000 }))
const ratios: fc.Arbitrary<Reading> = fc
  .integer({ min: 0, max: 2_000 })
  .map((count) => ({ kind: 'share', count, of: 2_000 }))
const flaws: fc.Arbitrary<Reading> = fc
  .constantFrom(null, 'the run is invalid')
  .map((flaw) => ({ kind: 'validity', flaw }))

/** Anything that a run may say, and may leave out. */
const readings: fc.Arbitrary<Readings> = fc
  .record(
    {
      [latency.id]: fc.oneof({ weight: 4, arbitrary: times }, gap),
      [errors.id]: fc.oneof({ weight: 4, arbitrary: ratios }, gap),
      [validity.id]: flaws,
    },
    { requiredKeys: [validity.id] },
  )
  .map((all) => all as Readings)

const rounds = (candidates: fc.Arbitrary<Readings>): fc.Arbitrary<readonly GateRound[]> =>
  fc
    .array(fc.tuple(readings, candidates), { minLength: 40, maxLength: 40 })
    .map((all) =>
      all.map(([baseline, candidate], i) => ({ first: firstIn(i), baseline, candidate })),
    )

/** Gives a gate rounds until it is decided. */
function finish(all: readonly GateRound[]) {
  let session = openGate(plan)
  let state = judgeGate(session)
  while (state.kind !== 'decided') {
    const made = session.rounds.length
    session = addRounds(session, all.slice(made, made + state.rounds))
    state = judgeGate(session)
    if (session.rounds.length === made) throw new Error('it wants rounds, and takes none')
  }
  return state
}

test('forty rounds always decide, and a regression has evidence', () => {
  fc.assert(
    fc.property(rounds(readings), (all) => {
      const { comparisons } = finish(all)
      for (const { verdict } of comparisons) {
        if (verdict.kind !== 'regression') continue
        expect(verdict.evidence.lower).toBeGreaterThan(0)
        expect(verdict.evidence.pWorse).toBeLessThanOrEqual(verdict.evidence.alpha)
      }
    }),
  )
})

test('a candidate without readings never passes', () => {
  const nothing = fc.constant<Readings>({
    [latency.id]: { kind: 'unusable', why: 'not measured' },
    [errors.id]: { kind: 'unusable', why: 'not measured' },
    [validity.id]: { kind: 'validity', flaw: 'not measured' },
  })
  fc.assert(
    fc.property(rounds(nothing), (all) => {
      expect(finish(all).verdict.exitCode).not.toBe(0)
    }),
  )
})

test('such a candidate is a regression if the baseline is usable', () => {
  const healthy: Readings = {
    [latency.id]: { kind: 'time', ms: 1, requests: 2_000 },
    [errors.id]: { kind: 'share', count: 0, of: 2_000 },
    [validity.id]: { kind: 'validity', flaw: null },
  }
  const broken: Readings = { [validity.id]: { kind: 'validity', flaw: 'not measured' } }
  const all = Array.from({ length: 40 }, (_, i): GateRound => {
    return {
      first: firstIn(i),
      baseline: healthy,
      candidate: {
        ...broken,
        [latency.id]: { kind: 'unusable', why: 'not measured' },
        [errors.id]: { kind: 'unusable', why: 'not measured' },
      },
    }
  })
  expect(finish(all).verdict).toEqual({ kind: 'regression', exitCode: 1 })
})
