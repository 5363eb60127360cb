import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SCHEMA_PATH, schemaText } from './write-schema.ts'

test('results/schema.json is what the code says', () => {
  expect(readFileSync(SCHEMA_PATH, 'utf8')).toBe(schemaText())
})

test('its text is the same each time, and names the version that a reader takes', () => {
  expect(schemaText()).toBe(schemaText())
  expect(JSON.parse(schemaText())).toMatchObject({
    properties: { schemaVersion: { const: 6 } },
    additionalProperties: false,
  })
})
