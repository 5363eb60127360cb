import { expect, test } from 'vitest'
import { bracketOf, type ProbeOutcome } from '../../load/capacity.ts'
import { renderBracket, renderLeast } from './capacity.ts'

/** The report on a search with these probes and a limit of 1,000/s. */
function rendered(...runs: readonly (readonly [rate: number, outcome: ProbeOutcome])[]): string {
  const search = { from: 100, precision: 1, lowest: 50, highest: 1_000 }
  const none = { p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null }
  const probes = runs.map(([rate, outcome]) => ({
    rate,
    outcome,
    durationMs: 10_000,
    reasons: [],
    startedAt: '2026-01-02T03:04:05.678Z',
    achievedPerSecond: rate,
    response: none,
    latenessP99Ms: null,
  }))
  const { from, precision } = search
  const bracket = bracketOf(probes, search)
  const name = 'scenario'
  return renderBracket({
    name,
    file: 'a.load.ts',
    durationMs: 10_000,
    from,
    precision,
    probes,
    bracket,
  })
}

const disturbed = (rate: number) =>
  Array.from({ length: 6 }, (): [number, ProbeOutcome] => [rate, 'generator'])

test('a bracket says what set each of its ends', () => {
  expect(
    rendered(
      [100, 'passed'],
      [200, 'system'],
      [100, 'passed'],
      [200, 'generator'],
      [200, 'system'],
    ),
  ).toBe(
    '  capacity: between 100/s and 200/s: 100/s (2 passed) held; at 200/s (2 missed, 1 disturbed) the system missed its SLO',
  )
})

test('if the generator was the limit, the capacity is at least the rate held', () => {
  const text = rendered([100, 'passed'], [100, 'passed'], ...disturbed(200))
  expect(text).toContain(
    'at least 100/s: 100/s (2 passed) held; at 200/s (6 disturbed) the generator was the limit\n',
  )
  expect(text).toContain('give the generator a core of its own')
})

test('names a higher rate at which the system missed its SLO', () => {
  expect(rendered([100, 'passed'], [100, 'passed'], ...disturbed(200), [400, 'system'])).toContain(
    'the generator was the limit; at 400/s (1 missed) the system missed its SLO',
  )
})

test('a system that holds the highest rate has at least that capacity', () => {
  expect(rendered([1_000, 'passed'], [1_000, 'passed'])).toBe(
    '  capacity: at least 1,000/s: 1,000/s (2 passed) held',
  )
})

test('if no rate was held, names the lowest rate tried, and why it failed', () => {
  expect(rendered([50, 'system'], [50, 'system'])).toBe(
    '  capacity: no rate was held: at 50/s (2 missed) the system missed its SLO',
  )
  expect(rendered(...disturbed(50))).toContain(
    'no rate was held: at 50/s (6 disturbed) the generator was the limit\n  Search again while nothing else runs',
  )
})

test('a search that ended early says so', () => {
  expect(rendered([100, 'passed'])).toBe(
    '  capacity: at least 100/s: 100/s (1 passed) held\n  The search was not finished: the bracket is not confirmed.',
  )
})

test('names the requests per probe, and the bound that needs them', () => {
  const search = { from: 100, precision: 1, lowest: 10, highest: 1_000 }
  expect(renderLeast({ requests: 1_000, because: 'a response P99' }, search, 10_000)).toBe(
    '  at least 10.0 s and 1,000 requests per probe, because of a response P99; no rate below 10/s is tried',
  )
})
