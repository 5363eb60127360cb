import { expect, test } from 'vitest'
import { InputError } from '../input-error.ts'
import { loadSdk } from './sdk.ts'

test('a package of the SDK is imported by its name', async () => {
  const resources = await loadSdk('@opentelemetry/resources', '--otlp')
  expect(resources.resourceFromAttributes({ 'service.name': 'a' }).attributes).toEqual({
    'service.name': 'a',
  })
})

test.each(['22.15.0', '23.0.0', '24.1.2'])('Node %s runs the SDK', async (version) => {
  await expect(loadSdk('@opentelemetry/resources', '--otlp', version)).resolves.toBeDefined()
})

test.each(['22.14.0', '20.19.5'])('Node %s is too old, and the error says so', async (version) => {
  const loading = loadSdk('@opentelemetry/resources', '--otlp', version)
  await expect(loading).rejects.toThrow(InputError)
  await expect(loading).rejects.toThrow(
    `--otlp: OpenTelemetry's SDK needs Node 22.15 or newer; this is ${version} (`,
  )
})
