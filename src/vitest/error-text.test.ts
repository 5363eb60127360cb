import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { moduleErrorText, testErrorText } from './error-text.ts'

const FILE = '/project/bench/my (odd) one.load.ts'
const HREF = 'file:///project/bench/my%20(odd)%20one.load.ts'

test('puts file and line in front of an error at import, and keeps its layout', () => {
  const stack = `TypeError: no\n  such thing\n    at ${HREF}?vitest=179561:12:7\n    at async run (file:///x.js:1:2)`
  const error = { name: 'TypeError', message: 'no\n  such thing', stack }
  expect(moduleErrorText(error, FILE, '/project')).toBe(
    'bench/my (odd) one.load.ts:12: TypeError: no\n      such thing',
  )
})

test('names the file, the line and the source of a syntax error, also in an imported module', () => {
  const stack = `/project/lib/a.ts:3\nimport { a } from 'b'\nconst = ;\n      ^\n\nSyntaxError: Unexpected token\n    at x (node:y:1:1)`
  const error = { name: 'SyntaxError', message: 'Unexpected token', stack }
  expect(moduleErrorText(error, FILE, '/project')).toBe(
    'lib/a.ts:3: SyntaxError: Unexpected token\n    const = ;',
  )
})

test('names the line of an import that was not found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'import-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'a.load.ts')
  writeFileSync(file, "import { test } from 'vitest'\n\nimport { b } from './nowhere.ts'\n")
  const message = `Cannot find module '${join(folder, 'nowhere.ts')}' imported from ${file}`
  expect(moduleErrorText({ name: 'Error', message }, file, folder)).toBe(`a.load.ts:3: ${message}`)
})

test('attributes an uncaught error to its test file', () => {
  const error = {
    name: 'Error',
    message: 'late',
    stack: `Error: late\n    at ${HREF}:8:18`,
    VITEST_TEST_PATH: FILE,
  }
  expect(moduleErrorText(error, null, '/project')).toBe('bench/my (odd) one.load.ts:8: late')
})

test('takes whatever was thrown', () => {
  expect(moduleErrorText({ message: 'null' }, FILE, '/project')).toBe(
    'bench/my (odd) one.load.ts: null',
  )
  expect(moduleErrorText({ message: 'odd' }, null, '/project')).toBe('odd')
})

test('shows the fields of a thrown object that is not an error', () => {
  const thrown = { code: 5, text: 'closed', stacks: [] }
  expect(testErrorText(thrown, '/project')).toBe("{ code: 5, text: 'closed' }")
  expect(moduleErrorText({ message: 5 }, null, '/project')).toBe('{ message: 5 }')
})

test('shows where an assertion failed, and its diff without colours', () => {
  const text = testErrorText(
    {
      message: 'expected 1 to be 2',
      stacks: [
        { method: 'inner', file: '/project/node_modules/x/index.js', line: 1, column: 1 },
        { method: 'check', file: '/project/bench/a.load.ts', line: 12, column: 3 },
      ],
      diff: '\u001B[32m- Expected\u001B[39m\n\n- 2\n+ 1',
    },
    '/project',
  )
  expect(text.split('\n')).toEqual([
    'expected 1 to be 2',
    '    at check (bench/a.load.ts:12:3)',
    '    - Expected',
    '    - 2',
    '    + 1',
  ])
})

test('leaves the table of an SLO as it is', () => {
  const message = '  measurement: valid\n  SLO  operation'
  expect(testErrorText({ message, diff: 'x' }, '/project')).toBe(message)
})
