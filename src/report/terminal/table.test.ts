import fc from 'fast-check'
import { expect, test } from 'vitest'
import { left, renderTable, right, type Column } from './table.ts'
import { textWidth } from './text-width.ts'

const COLUMNS = [
  left('operation'),
  right('requests'),
  right('P50'),
  right('P99.9', { drop: 1 }),
  left('notes', { wraps: true }),
]
const ROWS = [
  ['register', '1,200', '1.23 ms', '20.0 ms', 'held until the end'],
  ['multicast', '30', '940 µs', '1.20 s', ''],
]

test('a table that fits has all of its columns, numbers to the right', () => {
  expect(renderTable(COLUMNS, ROWS, 80)).toBe(
    [
      '  operation  requests      P50    P99.9  notes',
      '  register      1,200  1.23 ms  20.0 ms  held until the end',
      '  multicast        30   940 µs   1.20 s',
    ].join('\n'),
  )
})

test('words of cells that wrap continue on the next line', () => {
  expect(renderTable(COLUMNS, ROWS, 58)).toBe(
    [
      '  operation  requests      P50    P99.9  notes',
      '  register      1,200  1.23 ms  20.0 ms  held until the',
      '                                         end',
      '  multicast        30   940 µs   1.20 s',
    ].join('\n'),
  )
})

test('then columns are left out in their order, and named', () => {
  expect(renderTable(COLUMNS, ROWS, 54)).toBe(
    [
      '  operation  requests      P50  notes',
      '  register      1,200  1.23 ms  held until the end',
      '  multicast        30   940 µs',
      '  left out to fit 54 columns: P99.9',
    ].join('\n'),
  )
})

test('then names lose their middle', () => {
  const [first = [], second = []] = ROWS
  const rows = [['register-in-a-very-large-namespace', ...first.slice(1)], second]
  expect(renderTable(COLUMNS, rows, 60)).toContain(
    '\n  register-…namespace     1,200  1.23 ms  held until the end\n',
  )
})

test('then each row becomes a block', () => {
  expect(renderTable(COLUMNS, ROWS, 40)).toBe(
    [
      '  operation  register',
      '  requests   1,200',
      '  P50        1.23 ms',
      '  P99.9      20.0 ms',
      '  notes      held until the end',
      '',
      '  operation  multicast',
      '  requests   30',
      '  P50        940 µs',
      '  P99.9      1.20 s',
    ].join('\n'),
  )
})

test('a heading of several words takes several lines before a column is left out', () => {
  const columns = [left('scenario'), right('lateness P99', { drop: 1 })]
  expect(renderTable(columns, [['x'.repeat(28), '1.00 ms']], 42)).toBe(
    [
      '                                  lateness',
      `  scenario${' '.repeat(29)}P99`,
      `  ${'x'.repeat(28)}     1.00 ms`,
    ].join('\n'),
  )
})

test('colours take no room, and survive a cut', () => {
  const red = (text: string): string => `\u001b[31m${text}\u001b[39m`
  const table = renderTable([left('name'), left('')], [[red('a'.repeat(50)), 'b'.repeat(20)]], 50)
  expect(table).toContain(red(`${'a'.repeat(13)}…${'a'.repeat(12)}`))
})

test('full-width characters take two columns', () => {
  expect(
    renderTable(
      [left('name'), right('n')],
      [
        ['登録', '1'],
        ['ab', '2'],
      ],
      80,
    ),
  ).toBe(['  name  n', '  登録  1', '  ab    2'].join('\n'))
})

const word = fc.oneof(
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
    .map((text) => text.replaceAll(/[\s\p{C}]/gu, '_')),
  fc.constantFrom('41.0', 'ms', '–', '<', '12,345', '登録', '👩‍👩‍👧', 'x'.repeat(100)),
)
const text = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '))
const table = fc
  .array(
    fc.record({
      heading: fc.oneof(text, fc.constantFrom('P50', 'operation', 'lateness P99')),
      align: fc.constantFrom('left' as const, 'right' as const),
      drop: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
      wraps: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .chain((columns) =>
    fc.record({
      columns: fc.constant(
        columns.map(({ drop, ...column }): Column =>
          drop === undefined ? column : { ...column, drop },
        ),
      ),
      rows: fc.array(fc.array(text, { minLength: columns.length, maxLength: columns.length }), {
        maxLength: 4,
      }),
    }),
  )

test.for([40, 80, 100, 120])('no table is wider than %i columns, or breaks a word', (width) => {
  fc.assert(
    fc.property(table, ({ columns, rows }) => {
      const printed = renderTable(columns, rows, width)
      for (const line of printed.split('\n')) {
        expect(textWidth(line)).toBeLessThanOrEqual(width)
      }
      const [cells = ''] = printed.split('\n  left out to fit ')
      const given = [...columns.map(({ heading }) => heading), ...rows.flat()]
      const words = new Set(given.flatMap((cell) => cell.split(/\s+/)))
      for (const part of cells.split(/\s+/)) {
        if (!part.includes('…')) expect(words.has(part) || part === '', part).toBe(true)
      }
    }),
    { numRuns: 60 },
  )
})
