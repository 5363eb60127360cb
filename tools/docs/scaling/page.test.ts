import { expect, test } from 'vitest'
import { readPage, withTables } from './page.ts'

test('docs/scaling.md shows what the model says (npm run plan:docs writes it)', () => {
  expect(readPage()).toBe(withTables(readPage()))
})

test('what a check printed is left as it is', () => {
  const page = '```console\n$ npm run plan -- --check\nas it was\n```\n'
  expect(withTables(page)).toBe(page)
})

test('the page has a plan and the costs', () => {
  const page = readPage()
  expect(page).toContain('$ npm run plan -- --identities')
  expect(page).toContain('saturates first')
  expect(page).toContain('| registrations')
})
