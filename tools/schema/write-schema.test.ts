import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SCHEMA_PATH, schemaText } from './write-schema.ts'

test('results/schema.json matches the code', () => {
  expect(readFileSync(SCHEMA_PATH, 'utf8')).toBe(schemaText())
})

test("the schema's text is stable, and names the present version", () => {
  expect(schemaText()).toBe(schemaText())
  expect(JSON.parse(schemaText())).toMatchObject({
    properties: { schemaVersion: { const: 6 } },
    additionalProperties: false,
  })
})
