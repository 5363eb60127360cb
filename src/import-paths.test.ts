import { expect, test } from 'vitest'
import { pathsMeant } from './import-paths.ts'

test.each([
  ['./queue.ts', './queue.ts'],
  ['./queue.js', './queue.ts'],
  ['./queue.mjs', './queue.mts'],
  ['./queue', './queue.ts'],
  ['./queue', './queue/index.ts'],
])('an import of %s may mean %s', (imported, file) => {
  expect(pathsMeant(imported)).toContain(file)
})

test('the path as it is written comes first', () => {
  expect(pathsMeant('./queue.js')[0]).toBe('./queue.js')
})
