import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readSpans } from './read-spans.ts'
import { otlpJson, SLOW_MULTICAST, type MadeSpan } from './testing/otlp-json.ts'
import { waterfall, type Waterfall } from './waterfall.ts'

const ID = 'ab'.repeat(16)

function waterfallOf(spans: readonly MadeSpan[], maxRows = 60): Waterfall | null {
  const trace = readSpans(otlpJson({ [ID]: spans }).resourceSpans, (id) => id === ID, String).get(
    ID,
  )
  return trace === undefined ? null : waterfall(trace, maxRows)
}

test('a multicast reads from top to bottom, and 48 messages are one row with the slowest below', () => {
  const shown = waterfallOf(SLOW_MULTICAST)
  expect(
    shown?.rows.map((row) => [
      row.depth,
      row.kind === 'group' ? `${row.name} ×${row.count}` : row.name,
      row.part,
      row.startMs,
      row.endMs,
      row.process,
    ]),
  ).toEqual([
    [0, 'request multicast', 'other', 0, 41.3, 'generator'],
    [1, 'wait for generator', 'generator', 0, 2, ''],
    [1, 'registry.multicast', 'other', 2, 41.2, ''],
    [2, 'XREAD', 'redis', 2.1, 8.6, ''],
    [2, 'send gateway ×48', 'nats', 8.7, 14.3, ''],
    [3, 'send gateway', 'nats', 11.8, 12.7, ''],
    [4, 'process gateway', 'handlers', 13.1, 41, 'receivers'],
  ])
  expect(shown).toMatchObject({ axisMs: 48, spans: 100, cutRows: 0, leftOut: 0 })
})

test('the axis leaves out handlers that end long after their request', () => {
  const shown = waterfallOf([
    { id: 1, name: 'request multicast', fromMs: 0, toMs: 2 },
    { id: 2, parent: 1, name: 'process gateway', kind: 5, fromMs: 1, toMs: 60_000 },
  ])
  expect(shown?.axisMs).toBe(20)
})

test('spans without a known parent, and cycles of parents, stand below the request', () => {
  const shown = waterfallOf([
    { id: 1, name: 'request', fromMs: 0, toMs: 9 },
    { id: 2, parent: 99, name: 'orphan', fromMs: 1, toMs: 2 },
    { id: 3, parent: 4, name: 'cycle', fromMs: 3, toMs: 4 },
    { id: 4, parent: 3, name: 'back', fromMs: 3.5, toMs: 5 },
    { id: 5, parent: 5, name: 'own parent', fromMs: 6, toMs: 7 },
  ])
  expect(shown?.rows.map(({ depth, name }) => [depth, name])).toEqual([
    [0, 'request'],
    [1, 'orphan'],
    [1, 'cycle'],
    [2, 'back'],
    [1, 'own parent'],
  ])
})

test('whatever spans say of each other, each is in one row or counted', () => {
  const made = fc.array(
    fc.record({
      id: fc.nat(30),
      parent: fc.option(fc.nat(30), { nil: undefined }),
      name: fc.constantFrom('a', 'b', 'c'),
      kind: fc.integer({ min: 0, max: 6 }),
      fromMs: fc.integer({ min: -5, max: 50 }),
      toMs: fc.integer({ min: -5, max: 50 }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  fc.assert(
    fc.property(made, fc.nat(20), (spans, maxRows) => {
      const named = spans.map((span, at) => ({ ...span, name: `${span.name}${at}` })) as MadeSpan[]
      const shown = waterfallOf(named, maxRows)
      const distinct = new Set(named.map(({ id }) => id)).size
      expect((shown?.rows.length ?? 0) + (shown?.cutRows ?? 0)).toBe(distinct)
      expect(shown?.rows.length).toBeLessThanOrEqual(maxRows)
      expect(Number.isFinite(shown?.axisMs) && (shown?.axisMs ?? 0) > 0).toBe(true)
    }),
  )
})

test('a chain of two thousand spans is as deep as a row can be', () => {
  const chain = Array.from({ length: 2_000 }, (_, at) => ({
    id: at + 1,
    ...(at === 0 ? {} : { parent: at }),
    name: `span ${at}`,
    fromMs: 0,
    toMs: 1,
  }))
  expect(waterfallOf(chain)).toMatchObject({ cutRows: 1_940 })
})

test('reads nothing from what is not OTLP/JSON, and counts spans that are not valid', () => {
  const read = (resourceSpans: readonly unknown[]) => readSpans(resourceSpans, () => true, String)
  const resourceSpans = fc.array(fc.jsonValue(), { maxLength: 5 })
  fc.assert(
    fc.property(resourceSpans, (items) => {
      expect(read(items).size).toBe(0)
    }),
  )
  const trace = { traceId: ID, spanId: 'cd'.repeat(8), name: 'a' }
  const times = (startTimeUnixNano: unknown, endTimeUnixNano: unknown) => ({
    ...trace,
    startTimeUnixNano,
    endTimeUnixNano,
  })
  const invalid = [
    times(Number.NaN, 1),
    times('1e3', '2'),
    times('9'.repeat(21), '1'),
    times(-1, 1),
    { ...times('1', '2'), spanId: 'x' },
    { ...times('1', '2'), name: { toString: 1 } },
    { traceId: ID },
  ]
  const valid = times(5, '3')
  const spans = [...invalid, valid, { traceId: 'short' }, null, [], 7]
  const found = read([null, 7, { scopeSpans: [{ spans }, null] }])
  expect(found.get(ID)).toMatchObject({
    leftOut: invalid.length,
    spans: [{ name: 'a', startNs: 5n, endNs: 5n, kind: 'internal', process: '', error: null }],
  })
})
