import { expect, test } from 'vitest'
import { readTenantsPage, withAttacks } from './attacks-page.ts'

test('the page has the attacks that tests make; `node tools/docs/attacks-page.ts` writes it', () => {
  const page = readTenantsPage()
  expect(page.match(/^<!-- attacks on \w+ -->$/gm)).toHaveLength(2)
  expect(page.split('\n')).toEqual(withAttacks(page).split('\n'))
})
