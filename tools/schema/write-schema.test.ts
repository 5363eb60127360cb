import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { schemaFiles } from './write-schema.ts'

test.each(schemaFiles())('$path matches the code', ({ path, text }) => {
  expect(readFileSync(path, 'utf8')).toBe(text)
})

test('the text of schemas is stable, and names the present versions', () => {
  expect(schemaFiles()).toEqual(schemaFiles())
  const [ofRuns, ofStreams] = schemaFiles().map(({ text }) => JSON.parse(text) as unknown)
  expect(ofRuns).toMatchObject({
    properties: { schemaVersion: { const: 8 } },
    additionalProperties: false,
  })
  expect(ofStreams).toHaveProperty('$defs.runEnded.properties.streamVersion.const', 1)
})
