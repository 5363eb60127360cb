import { expect, test } from 'vitest'
import { loadSdk } from './sdk.ts'

test('a package of the SDK is imported by its name', async () => {
  const resources = await loadSdk('@opentelemetry/resources', '--otlp')
  expect(resources.resourceFromAttributes({ 'service.name': 'a' }).attributes).toEqual({
    'service.name': 'a',
  })
})
