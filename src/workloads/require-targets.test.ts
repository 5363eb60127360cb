import { expect, test } from 'vitest'
import { errorCode } from '../load/recording/error-code.ts'
import { MemoryMessenger } from '../registry/memory/memory-messenger.ts'
import { MemoryStore } from '../registry/memory/memory-store.ts'
import { MulticastRegistry } from '../registry/registry.ts'
import { requireTargets } from './require-targets.ts'

async function registryOf(identities: readonly string[]): Promise<MulticastRegistry> {
  const store = new MemoryStore()
  const registry = new MulticastRegistry({ store, messenger: new MemoryMessenger() })
  for (const identity of identities) await registry.register(identity, { of: identity })
  return registry
}

test('passes on calls that match someone', async () => {
  const registry = await registryOf(['a', 'b', 'c'])
  const addressed = requireTargets(registry)
  expect(await addressed.enumerate({}, { limit: 2 })).toEqual(
    await registry.enumerate({}, { limit: 2 }),
  )
  expect(await addressed.multicast({ of: 'a' }, 'x')).toMatchObject({
    targetCount: 1,
    failedCount: 1,
  })
})

test('fails calls that match no one, counted as NO_TARGETS', async () => {
  const addressed = requireTargets(await registryOf(['a']))
  for (const call of [
    () => addressed.enumerate({ of: 'b' }),
    () => addressed.multicast({ of: 'b' }, 'x'),
  ]) {
    const error: unknown = await call().catch((reason: unknown) => reason)
    expect(errorCode(error)).toBe('NO_TARGETS')
    expect(String(error)).toContain('{"of":"b"}')
  }
})

test('accepts an empty last page if other pages have matches', async () => {
  const registry = await registryOf(['a', 'b'])
  const addressed = requireTargets(registry)
  const { nextCursor } = await addressed.enumerate({}, { limit: 1 })
  await registry.unregister('b')
  const page = await addressed.enumerate({}, { limit: 1, cursor: nextCursor ?? '' })
  expect(page.registrations).toEqual([])
})
