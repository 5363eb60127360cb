import { expect, test } from 'vitest'
import { terminalWidth } from './terminal-width.ts'

test.each([
  ['that of the terminal', { isTTY: true, columns: 120 }, {}, 120],
  ['80 if the terminal does not say', { isTTY: true, columns: 0 }, {}, 80],
  ['at least 40', { isTTY: true, columns: 3 }, {}, 40],
  ['unlimited in a pipe', { isTTY: false, columns: 0 }, {}, Infinity],
  ['COLUMNS in a pipe', { isTTY: false, columns: 0 }, { COLUMNS: '72' }, 72],
  ['unlimited if COLUMNS is no number', { isTTY: false, columns: 0 }, { COLUMNS: 'x' }, Infinity],
  ['that of the terminal, even with COLUMNS', { isTTY: true, columns: 90 }, { COLUMNS: '72' }, 90],
] as const)('the width is %s', (_, stream, env, width) => {
  expect(terminalWidth({ ...stream }, env)).toBe(width)
})
