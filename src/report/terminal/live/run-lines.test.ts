import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readSlo } from '../../../load/slo/slo.ts'
import type { FaultProgress } from '../../../load/faults/fault-record.ts'
import type { RunEvent } from '../../live/run-event.ts'
import { textWidth } from '../text-width.ts'
import { LiveRun } from './live-run.ts'
import { runLines } from './run-lines.ts'
import { loadStarted, progressOf, scenario, second, started } from './testing/run-events.ts'

/** The lines of a run after these events, without colours and the empty line above. */
function linesOf(
  events: readonly RunEvent[],
  { columns = 80, rows = 24, nowMs = 0 } = {},
): readonly string[] {
  const run = new LiveRun()
  for (const event of events) run.apply(event, 0)
  const lines = runLines(run, { columns, rows }, nowMs, (_, text) => text)
  return lines[0] === '' ? lines.slice(1) : lines
}

const KILL = { label: 'kill Redis primary', what: null, plannedAtMs: 1_000 }

const SECONDS = [second(0), second(1, { started: 50 }), second(2), second(3, {}, 4)]

test('a running load shows its rate, times, errors, lateness and SLO so far', () => {
  const bounds = readSlo([
    { successRate: 0.99 },
    { operations: { multicast: { response: { p95: '3ms', p50: '30ms' } } } },
  ])
  expect(
    linesOf(
      [
        started('mixed: production-like', 2, 4),
        loadStarted('mixed: production-like', { bounds }),
        progressOf('mixed: production-like', { intervals: SECONDS }),
      ],
      { nowMs: 6_300 },
    ),
  ).toEqual([
    'mixed: production-like                                     4 of 10 s, 6 s to go',
    '  asked       ████   100/s',
    '  achieved    █▅██   100/s   3 in flight',
    '  last second P50 4.03 ms   P99 4.03 ms',
    '  so far      P50 1.00 ms   P99 4.00 ms   400 requests',
    '  errors      0',
    '  generator   on time   lateness P99 120 µs',
    '  SLO so far  2 of 3 met   multicast response P95 4.03 ms, bound 3 ms',
    'scenario 2 of 4, about 30 s to go',
  ])
})

test.each([
  [{ expected: 50_000, received: 49_999 }, '  delivery    49,999 of 50,000 receipts (99.998 %)'],
  [{ expected: 1, received: 1 }, '  delivery    1 of 1 receipt (100 %)'],
  [{ expected: 0, received: 0 }, undefined],
])('receipts of messages so far: %j', (receipts, line) => {
  const lines = linesOf([started('a'), loadStarted('a'), progressOf('a', { receipts })])
  expect(lines.find((one) => one.startsWith('  delivery'))).toBe(line)
})

test.each<[string, readonly FaultProgress[], string | undefined]>([
  ['no fault', [], undefined],
  [
    'a fault that is to come',
    [{ ...KILL, state: 'planned', plannedAtMs: 5_000 }],
    '  faults      kill Redis primary in 0.7 s',
  ],
  [
    'a kill',
    [{ ...KILL, state: 'injected', fromMs: 1_100, toMs: 1_100 }],
    '  faults      kill Redis primary, 3.2 s ago',
  ],
  [
    'a fault that is on, and the one before it',
    [
      { ...KILL, what: 'redis-2', state: 'injected', fromMs: 1_100, toMs: 2_300 },
      { ...KILL, label: 'cut NATS', state: 'on', fromMs: 4_000 },
    ],
    '  faults      cut NATS, for 0.3 s   kill Redis primary (r…is-2), over 2.0 s ago',
  ],
  [
    'a fault that failed',
    [{ ...KILL, state: 'failed', fromMs: 1_000, reason: 'no \u001b[31mprocess' }],
    '  faults      kill Redis primary failed: no \\u{1b}[31mprocess',
  ],
])('shows %s', (_, faults, line) => {
  const lines = linesOf([started('a'), loadStarted('a'), progressOf('a', { faults })])
  expect(lines.find((one) => one.startsWith('  faults'))).toBe(line)
})

test('it fits 40 columns', () => {
  expect(
    linesOf(
      [
        started('mixed: production-like'),
        loadStarted('mixed: production-like'),
        progressOf('mixed: production-like', { intervals: SECONDS }),
      ],
      { columns: 40 },
    ),
  ).toEqual([
    'mixed: p…ion-like  4 of 10 s, 6 s to go',
    '  asked       ████   100/s',
    '  achieved    █▅██   100/s',
    '  last second P50 4.03 ms   P99 4.03 ms',
    '  so far      P50 1.00 ms   P99 4.00 ms',
    '  errors      0',
    '  generator   on time',
  ])
})

describe('where a load is', () => {
  test.each([
    ['preparing', []],
    ['warming up, 2 s to go', [progressOf('a', { phase: 'warm-up', elapsedMs: -1_400 })]],
    ['0 of 10 s, 10 s to go', [progressOf('a', { elapsedMs: 100 })]],
    ['waiting for the last requests', [progressOf('a', { phase: 'draining', elapsedMs: 10_200 })]],
  ])('%s', (text, events) => {
    expect(linesOf([started('a'), ...events])[0]).toMatch(new RegExp(`^a +${text}$`))
  })
})

test('errors are shown by kind, the most frequent first', () => {
  const intervals = [
    second(0, {
      ok: 80,
      failed: 15,
      errors: [
        { code: 'ECONNRESET', count: 6 },
        { code: 'NO_SUBSCRIBER', count: 9 },
      ],
      timedOut: 4,
      dropped: 1,
    }),
  ]
  const soFar = { seconds: 1, started: 100, ok: 80, notOk: 20, p50Ms: 1, p95Ms: 2, lateness: null }
  const events = [started('a'), progressOf('a', { intervals, soFar, errors: 20 })]
  expect(linesOf(events, { columns: 100 })).toContain(
    '  errors      20 (20 %)   NO_SUBSCRIBER 9   ECONNRESET 6   timed out 4   dropped 1',
  )
})

test('a late generator is told by the limit of the verdict', () => {
  const bounds = readSlo({ response: { p95: '10ms' } })
  const soFar = { seconds: 1, started: 100, ok: 100, notOk: 0, p50Ms: 1, p95Ms: 2 }
  const lateness = { p50Ms: 0.01, p99Ms: 12 }
  const events = [
    started('a'),
    loadStarted('a', { bounds }),
    progressOf('a', { soFar: { ...soFar, lateness } }),
  ]
  expect(linesOf(events)).toContain('  generator   late   lateness P99 12.0 ms, limit 2.50 ms')
})

test('users have no rate that was asked for, and no schedule to be late for', () => {
  const outline = { model: 'closed', label: '50 users, think time fixed 1s' } as const
  const lines = linesOf([
    started('a'),
    loadStarted('a', outline),
    progressOf('a', { intervals: SECONDS }),
  ])
  expect(lines.map((line) => line.slice(2, 14).trim())).toEqual([
    '',
    'achieved',
    'last second',
    'so far',
    'errors',
  ])
})

test('an hour shows its last seconds', () => {
  const intervals = Array.from({ length: 300 }, (_, at) => second(at))
  const [, asked = ''] = linesOf([
    started('a'),
    progressOf('a', { durationMs: 3_600_000, intervals }),
  ])
  expect(asked).toMatch(/^ {2}asked {7}█{31} {3}100\/s$/)
})

test('the part of a second at the end of a load is a rate per second', () => {
  const intervals = [second(0), second(1, { planned: 50, started: 50 })]
  const lines = linesOf([started('a'), progressOf('a', { durationMs: 1_500, intervals })])
  expect(lines[2]).toContain('██   100/s')
})

describe('several loads at once', () => {
  const events = [
    started('a'),
    progressOf('a', { intervals: SECONDS }),
    progressOf('a', { intervals: SECONDS }, 1),
    progressOf('a', { intervals: SECONDS }, 2),
  ]
  test('have a block each', () => {
    const names = linesOf(events, { rows: 40 }).filter((line) => !line.startsWith(' '))
    expect(names.map((line) => line.slice(0, 12).trim())).toEqual(['a', 'a (load 2)', 'a (load 3)'])
  })

  test('have a line each where there is no room for more', () => {
    expect(linesOf(events, { rows: 10 }).map((line) => line.slice(0, 12).trim())).toEqual([
      'a',
      'a (load 2)',
      'a (load 3)',
    ])
  })

  test('and are counted where there is no room for that', () => {
    expect(linesOf(events, { rows: 3 }).map((line) => line.slice(0, 12).trim())).toEqual([
      'a',
      'and 2 more l',
    ])
  })

  test('but one that sends no more is not shown beside the next', () => {
    const next = [
      started('a'),
      progressOf('a', { phase: 'draining' }),
      progressOf('a', { intervals: SECONDS }, 1),
    ]
    expect(linesOf(next).filter((line) => !line.startsWith(' '))).toEqual([
      expect.stringContaining('a (load 2)'),
    ])
  })
})

describe('the rest of the run', () => {
  const run = { event: 'run-started', run: {}, scenarios: 2, microFiles: 3 } as unknown as RunEvent

  test('counts the files of micro-benchmarks, which nothing is known of before the first', () => {
    expect(linesOf([run, started('a', 1, 2), progressOf('a')]).at(-1)).toBe(
      'scenario 1 of 2, about 10 s to go, then 3 files of micro-benchmarks',
    )
  })

  test('is about as long as the files so far', () => {
    const micro = (name: string, number: number): RunEvent => ({
      event: 'scenario-started',
      scenario: scenario(name, 'micro-benchmark'),
      place: { number, of: 3 },
    })
    expect(linesOf([run, micro('enumerate', 1)])).toEqual([
      'enumerate',
      'file of micro-benchmarks 1 of 3',
    ])
    const live = new LiveRun()
    live.apply(micro('enumerate', 1), 0)
    live.apply(micro('fan-out', 2), 8_000)
    const size = { columns: 80, rows: 24 }
    expect(runLines(live, size, 10_000, (_, text) => text)).toEqual([
      'fan-out',
      'file of micro-benchmarks 2 of 3, about 15 s to go',
    ])
  })
})

test('names cannot control the terminal', () => {
  const name = '\u001B[2J\u202Eevil\n\r'
  const intervals = [second(0, { errors: [{ code: name, count: 1 }], operation: name })]
  const lines = linesOf([
    started(name),
    loadStarted(name, { label: name }),
    progressOf(name, { intervals, errors: 1 }),
  ])
  expect(lines.join('')).not.toMatch(/[\p{Cc}\u202E]/u)
})

test('no line is wider than the terminal, and there are never more than it has', () => {
  const figure = fc.oneof(
    fc.constantFrom(0, 1, NaN, Infinity, 1e15),
    fc.double({ min: 0, max: 1e9, noNaN: true }),
  )
  const count = fc.nat({ max: 2 ** 31 })
  const name = fc.string({ unit: 'grapheme', maxLength: 120 })
  const progress = fc
    .record({
      phase: fc.constantFrom('warm-up', 'measuring', 'draining' as const),
      elapsedMs: fc.integer({ min: -1e6, max: 1e9 }),
      durationMs: fc.integer({ min: 1, max: 1e9 }),
      inFlight: count,
      errors: count,
      p99Ms: fc.option(figure),
    })
    .map((one) => ({ ...one }))
  const interval = fc.record({
    second: fc.nat({ max: 5 }),
    operation: name,
    planned: fc.option(count),
    started: count,
    timedOut: count,
    received: fc.option(count),
    errors: fc.array(fc.record({ code: name, count }), { maxLength: 3 }),
  })
  const size = fc.record({
    columns: fc.integer({ min: 40, max: 200 }),
    rows: fc.integer({ min: 2, max: 40 }),
  })
  fc.assert(
    fc.property(
      size,
      name,
      fc.array(progress, { maxLength: 4 }),
      fc.array(interval, { maxLength: 6 }),
      (area, title, loads, intervals) => {
        const bounds = readSlo({ response: { p95: '3ms' }, successRate: 0.9 })
        const seconds = intervals.map((one) => second(one.second, one))
        const events = loads.flatMap((one, load) => [
          loadStarted(title, { bounds, label: title }, load),
          progressOf(title, { ...one, intervals: seconds }, load),
        ])
        const lines = linesOf([started(title, 1, 3), ...events], area)
        expect(lines.length).toBeLessThan(area.rows)
        for (const line of lines) expect(textWidth(line)).toBeLessThan(area.columns)
      },
    ),
    { numRuns: 150 },
  )
})
