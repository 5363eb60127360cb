import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PEERS } from '../engine-bench/peers/generators/peers.ts'
import { withSection } from '../engine-bench/peers/peers-section.ts'
import { PEER_COLUMNS } from '../engine-bench/peers/peers-table.ts'

const page = readFileSync(new URL('../../docs/how-punctual.md', import.meta.url), 'utf8')
const lines = page.split('\n')

test('docs/how-punctual.md has a place for the table (npm run bench:engine -- --peers --page writes it)', () => {
  expect(withSection(page, '')).not.toBeNull()
})

test('its table has the columns that the judge prints', () => {
  expect(lines).toContain(`| ${PEER_COLUMNS.map(({ heading }) => heading).join(' | ')} |`)
})

test.each(PEERS.map(({ name }) => name))('says how %s is run', (name) => {
  expect(lines.filter((line) => line.startsWith(`| ${name} | `))).toHaveLength(1)
})
