import { expect, test } from 'vitest'
import { errorLine } from './error-line.ts'

const FILE = '/project/bench/my (odd) one.load.ts'
const HREF = 'file:///project/bench/my%20(odd)%20one.load.ts'

test('an error at import is one line with the file and the line', () => {
  const stack = `TypeError: no\n  such thing\n    at ${HREF}?vitest=179561:12:7\n    at async run (file:///x.js:1:2)`
  const error = { name: 'TypeError', message: 'no\n  such thing', stack }
  expect(errorLine(error, FILE, '/project')).toBe(
    'bench/my (odd) one.load.ts:12: TypeError: no such thing',
  )
})

test('text that can not be parsed is shown with its line', () => {
  const stack = `:2\nimport { a } from 'b'\nconst = ;\n      ^\ntest()\n\nSyntaxError: Unexpected token\n    at x (node:y:1:1)`
  const error = { name: 'SyntaxError', message: 'Unexpected token', stack }
  expect(errorLine(error, FILE, '/project')).toBe(
    'bench/my (odd) one.load.ts: SyntaxError: Unexpected token in line 2, const = ;',
  )
})

test('an error that nothing caught is put down to its test file', () => {
  const error = {
    name: 'Error',
    message: 'late',
    stack: `Error: late\n    at ${HREF}:8:18`,
    VITEST_TEST_PATH: FILE,
  }
  expect(errorLine(error, null, '/project')).toBe('bench/my (odd) one.load.ts:8: late')
})

test('what is no error, or of no file, is what it says', () => {
  expect(errorLine({ message: 'null' }, FILE, '/project')).toBe('bench/my (odd) one.load.ts: null')
  expect(errorLine({ message: 'odd' }, null, '/project')).toBe('odd')
})
