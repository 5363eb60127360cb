import { expect, test } from 'vitest'
import { programBeside } from './program-beside.ts'

test.each([
  ['file:///a/start.ts', 'file:///a/clock.ts'],
  ['file:///a%20b/start.js', 'file:///a%20b/clock.js'],
  ['file:///a/start.ts?v=1', 'file:///a/clock.ts'],
])('a program started by %s has its extension', (moduleUrl, program) => {
  expect(programBeside('clock.ts', moduleUrl).href).toBe(program)
})

test('a program may be in another folder', () => {
  const { href } = programBeside('../gate/pairs.ts', 'file:///a/cli/start.js')
  expect(href).toBe('file:///a/gate/pairs.js')
})
