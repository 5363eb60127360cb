import fc from 'fast-check'
import { expect, test } from 'vitest'
import { judgeCounts } from './judge-counts.ts'
import type { OperationCounts, Repeat } from './operation-counts.ts'

const CALLS = 200

function counts(...repeats: readonly Partial<Repeat>[]): readonly OperationCounts[] {
  const usual = { redisCalls: { evalsha: CALLS }, natsMessages: 0, natsBytes: 0 }
  return [
    { operation: 'register', calls: CALLS, repeats: repeats.map((r) => ({ ...usual, ...r })) },
  ]
}

function judge(baseline: readonly OperationCounts[], candidate: readonly OperationCounts[]) {
  return judgeCounts(baseline, candidate)[0]
}

const redis = (redisCalls: Record<string, number>) => ({ redisCalls })

test('one more Redis call per operation is a regression, and is named', () => {
  const baseline = counts({}, {}, {})
  const more = redis({ evalsha: CALLS, exists: CALLS })
  expect(judge(baseline, counts(more, more, more))).toEqual({
    operation: 'register',
    verdict: 'regression',
    changes: [{ counter: 'Redis EXISTS', baseline: 0, candidate: 1 }],
  })
})

test('one more call in 200 is a regression if the counts are exact', () => {
  const more = redis({ evalsha: CALLS + 1 })
  expect(judge(counts({}, {}, {}), counts(more, more, more))?.verdict).toBe('regression')
})

test('the same number of other commands is a change, not a regression', () => {
  const other = redis({ fcall: CALLS })
  const judged = judge(counts({}, {}, {}), counts(other, other, other))
  expect(judged?.verdict).toBe('changed')
  expect(judged?.changes.map(({ counter }) => counter)).toEqual(['Redis EVALSHA', 'Redis FCALL'])
})

test('varying housekeeping is not a finding, but one more call per call beside it is', () => {
  const usual = [4, 11, 6].map((zcard) => redis({ evalsha: CALLS, zcard }))
  const slower = [30, 22, 40].map((zcard) => redis({ evalsha: CALLS, zcard }))
  const more = [206, 211, 204].map((zcard) => redis({ evalsha: CALLS, zcard }))
  expect(judge(counts(...usual), counts(...slower))?.verdict).toBe('pass')
  expect(judge(counts(...usual), counts(...more))?.verdict).toBe('regression')
})

test('one more message is a regression; a few more bytes are a change', () => {
  const nats = (natsMessages: number, natsBytes: number) => ({ natsMessages, natsBytes })
  const baseline = counts(nats(400, 10_000), nats(400, 10_079))
  expect(judge(baseline, counts(nats(401, 10_000), nats(401, 10_079)))?.verdict).toBe('regression')
  expect(judge(baseline, counts(nats(400, 10_100), nats(400, 10_179)))?.verdict).toBe('changed')
  expect(judge(baseline, counts(nats(400, 11_000), nats(400, 11_079)))?.verdict).toBe('regression')
})

test('a version compared with itself passes, and swapping versions mirrors the verdict', () => {
  const repeat = fc.record({
    redisCalls: fc.dictionary(fc.constantFrom('get', 'set', 'evalsha'), fc.nat({ max: 600 })),
    natsMessages: fc.nat({ max: 600 }),
    natsBytes: fc.nat({ max: 60_000 }),
  })
  const exact = repeat.map((one) => counts(one, one, one))
  const mirrored = { regression: ['improvement', 'regression'], improvement: ['regression'] }
  fc.assert(
    fc.property(exact, exact, (a, b) => {
      expect(judge(a, a)?.verdict).toBe('pass')
      const there = judge(a, b)?.verdict
      const back = judge(b, a)?.verdict
      if (there === 'improvement') expect(mirrored.improvement).toContain(back)
      else if (there === 'regression') expect(mirrored.regression).toContain(back)
      else expect(back).toBe(there)
    }),
  )
})
