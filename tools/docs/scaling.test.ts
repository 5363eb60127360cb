import { expect, test } from 'vitest'
import { readScalingPage, withTables } from './scaling-page.ts'

const page = readScalingPage()

test('docs/scaling.md shows the model of today (npm run plan:docs writes it)', () => {
  expect(page).toBe(withTables(page))
})

test('keeps the output of a check', () => {
  const check = '```console\n$ npm run plan -- --check\nas it was\n```\n'
  expect(withTables(check)).toBe(check)
})

test('the page has a plan and the costs', () => {
  expect(page).toContain('$ npm run plan -- --identities')
  expect(page).toContain('saturates first')
  expect(page).toContain('| registrations')
})
