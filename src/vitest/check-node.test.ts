import { expect, test } from 'vitest'
import { checkNode } from './check-node.ts'

test.each(['22.14.0', '22.20.1', '24.0.0', '26.1.0'])('Node %s runs scenarios', (version) => {
  expect(() => checkNode(version)).not.toThrow()
})

test.each(['20.20.2', '22.13.1', '18.0.0'])('Node %s is too old, and says so', (version) => {
  expect(() => checkNode(version)).toThrow(
    `prism-loadtest: Node 22.14 or newer is needed; this is ${version} (`,
  )
})

test('the oldest Node is the one that package.json claims', async () => {
  const { default: manifest } = await import('../../package.json', { with: { type: 'json' } })
  expect(manifest.engines.node).toMatch(/^\^22\.14\.0 /)
})
