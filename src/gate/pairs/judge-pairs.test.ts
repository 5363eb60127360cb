import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgePairs, PROCESSES, type Endings } from './judge-pairs.ts'
import type { PairEnding, PairEstimate } from './pair-estimate.ts'

type Changes = Partial<Record<'latency' | 'cpu' | 'cpuWithDeferred' | 'allocated', number>>

/** A process that found these relative changes, and none elsewhere. */
function ending(changes: Changes = {}, idleCandidate = 0): PairEnding {
  const part = (change = 0) => ({
    baseline: 100,
    candidate: 100 * (1 + change),
    logRatio: Math.log1p(change),
  })
  const estimate: PairEstimate = {
    operation: 'register',
    latency: { ...part(changes.latency), differenceUs: 0, pairs: 1_000 },
    cpu: part(changes.cpu),
    cpuWithDeferred: part(changes.cpuWithDeferred),
    allocated: part(changes.allocated),
    idleCpu: { baseline: 0, candidate: idleCandidate },
  }
  return { kind: 'measured', estimate }
}

function endings(...latencies: readonly number[]): Endings {
  return latencies.map((latency) => ending({ latency }))
}

function verdictsOf(all: Endings): string {
  const state = judgePairs('register', all)
  if (state.kind !== 'judged') return state.kind
  const found = state.metrics.filter(({ verdict }) => verdict.kind !== 'pass')
  return found.map(({ metric, verdict }) => `${metric}: ${verdict.kind}`).join(', ') || 'pass'
}

describe('five processes', () => {
  test('decide if they agree', () => {
    expect(verdictsOf(endings(0, 0.004, -0.003, 0.006, -0.005))).toBe('pass')
    expect(verdictsOf(endings(0.05, 0.047, 0.052, 0.049, 0.055))).toBe('latency: regression')
    expect(verdictsOf(endings(-0.05, -0.047, -0.052, -0.049, -0.055))).toBe('latency: improvement')
  })

  test('do not decide near the threshold, or if they scatter', () => {
    expect(verdictsOf(endings(0.02, 0.021, 0.019, 0.02, 0.022))).toBe('processes wanted')
    expect(verdictsOf(endings(0, 0.08, -0.003, 0.006, -0.005))).toBe('processes wanted')
    expect(verdictsOf(endings(0.03, 0.2, 0, 0.04, 0.03))).toBe('processes wanted')
  })

  test('are the minimum', () => {
    const state = judgePairs('register', endings(0.5, 0.5))
    expect(state).toEqual({ kind: 'processes wanted', count: 3 })
  })
})

test('ten processes are final: a change that they cannot exclude is inconclusive', () => {
  const wide = endings(0.06, 0.07, -0.05, -0.06, 0.01, 0, 0.05, -0.04, 0.02, -0.01)
  expect(verdictsOf(wide)).toBe('latency: inconclusive')
  const unsteady = endings(...Array.from({ length: 8 }, () => 0.045), -0.01, -0.01)
  expect(verdictsOf(unsteady)).toBe('latency: inconclusive')
  const slower = endings(0.06, 0.07, -0.01, 0.01, 0.03, 0.05, 0.05, 0.04, 0.02, 0.06)
  expect(verdictsOf(slower)).toBe('latency: regression')
})

test('CPU time reveals deferred work even though calls look faster', () => {
  const deferred = Array.from({ length: 5 }, () => ending({ latency: -0.16, cpu: 0.34 }))
  expect(verdictsOf(deferred)).toBe('latency: improvement, cpu: regression')
})

test('idle CPU reveals a version that works without being called', () => {
  const busy = Array.from({ length: 5 }, () => ending({}, 80))
  expect(verdictsOf(busy)).toBe('idle cpu: regression')
})

describe('a failure', () => {
  const failure = { kind: 'failed', version: 'candidate', phase: 'call', error: 'boom' } as const
  const ofBaseline = { ...failure, version: 'baseline' } as const

  test('counts against a version if it recurs in that version', () => {
    expect(judgePairs('register', [failure, ...endings(0, 0), failure])).toEqual(failure)
    expect(judgePairs('register', [ofBaseline, failure, ofBaseline])).toEqual(ofBaseline)
  })

  test('a failure that occurs once costs another process', () => {
    const once = [...endings(0, 0, 0, 0), failure]
    expect(judgePairs('register', once)).toEqual({ kind: 'processes wanted', count: 1 })
    expect(judgePairs('register', [...once, ofBaseline]).kind).toBe('processes wanted')
    expect(verdictsOf([...once, ...endings(0)])).toBe('pass')
  })
})

test('a metric that only some processes could measure neither passes nor regresses', () => {
  const blind = ending()
  if (blind.kind === 'measured') blind.estimate.allocated = null
  const few = [ending({ allocated: 0.5 }), ...Array.from({ length: 9 }, () => blind)]
  expect(verdictsOf(few)).toBe('allocated: inconclusive')
})

test('a larger change never undoes a regression, and twice the threshold never passes', () => {
  const noise = fc.array(fc.double({ min: -0.02, max: 0.02, noNaN: true }), {
    minLength: PROCESSES.most,
    maxLength: PROCESSES.most,
  })
  fc.assert(
    fc.property(noise, fc.double({ min: 0, max: 0.2, noNaN: true }), (changes, more) => {
      const before = verdictsOf(endings(...changes))
      const after = verdictsOf(endings(...changes.map((change) => change + more)))
      if (before.includes('latency: regression')) expect(after).toContain('latency: regression')
      if (more >= 0.07) expect(after).toBe('latency: regression')
    }),
  )
})
