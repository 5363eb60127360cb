import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { MemoryMessenger } from '../../registry/memory/memory-messenger.ts'
import { MemoryStore } from '../../registry/memory/memory-store.ts'
import { MulticastRegistry } from '../../registry/registry.ts'
import { RegistrationLedger } from './registration-ledger.ts'

function opened(maxRegistrations?: number) {
  const store = new MemoryStore()
  const registry = new MulticastRegistry({ store, messenger: new MemoryMessenger() })
  const audited = { lookUp: store.lookUp.bind(store), close: async () => {} }
  const ledger = new RegistrationLedger(async () => audited, maxRegistrations)
  return { registry, ledger, noted: ledger.follow(registry) }
}

const KNOWN = { kind: 'known', of: 'registrations', duplicates: null }

test('nothing is lost as long as everything acknowledged is there', async () => {
  const { ledger, noted } = opened()
  for (const identity of ['a', 'b', 'c']) await noted.register(identity, {})
  expect(await ledger.losses()).toEqual({ ...KNOWN, promised: 3, lost: 0, examples: [] })
})

test('a registration that vanished is lost, and named', async () => {
  const { registry, ledger, noted } = opened()
  await noted.register('a', {})
  await noted.register('b', {})
  await registry.unregister('b')
  expect(await ledger.losses()).toEqual({ ...KNOWN, promised: 2, lost: 1, examples: ['b'] })
})

test('a registration is lost if an older one took its place', async () => {
  const { registry, ledger } = opened()
  const { registeredAt } = await registry.register('a', {})
  const answer = vi.spyOn(registry, 'register')
  answer.mockResolvedValue({ registeredAt: registeredAt + 1, expiresAt: null })
  await ledger.follow(registry).register('a', {})
  expect(await ledger.losses()).toMatchObject({ promised: 1, lost: 1 })
})

test('a registration that expired or was removed is not promised', async () => {
  const { ledger, noted } = opened()
  await noted.register('expired', {}, { ttlMs: 20 })
  await noted.register('expires-soon', {}, { ttlMs: 900 })
  await noted.register('removed', {})
  await noted.unregister('removed')
  await sleep(30)
  expect(await ledger.losses()).toMatchObject({ promised: 0, lost: 0 })
})

test('a renewed registration is promised for as long as it was renewed', async () => {
  const { registry, ledger, noted } = opened()
  await noted.register('a', {}, { ttlMs: 500 })
  await noted.heartbeat('a', 60_000)
  await registry.unregister('a')
  expect(await ledger.losses()).toMatchObject({ promised: 1, lost: 1 })
})

test('a write that failed promises nothing, and may shorten the life of an earlier one', async () => {
  const { registry, ledger, noted } = opened()
  await noted.register('a', {}, { ttlMs: 60_000 })
  const failing = vi.spyOn(registry, 'register').mockRejectedValue(new Error('no answer'))
  await expect(noted.register('a', {}, { ttlMs: 100 })).rejects.toThrow('no answer')
  await expect(noted.register('b', {})).rejects.toThrow('no answer')
  failing.mockRestore()
  await registry.unregister('a')
  expect(await ledger.losses()).toMatchObject({ promised: 0, lost: 0 })
})

test('after a removal that failed, nothing is promised: it may still take effect', async () => {
  const { registry, ledger, noted } = opened()
  await noted.register('a', {})
  const failing = vi.spyOn(registry, 'unregister').mockRejectedValue(new Error('no answer'))
  await expect(noted.unregister('a')).rejects.toThrow('no answer')
  failing.mockRestore()
  await noted.register('a', {}, { replace: true })
  await registry.unregister('a')
  expect(await ledger.losses()).toMatchObject({ promised: 0, lost: 0 })
})

test('a server that does not answer at once is asked again', async () => {
  const store = new MemoryStore()
  const registry = new MulticastRegistry({ store, messenger: new MemoryMessenger() })
  let refusals = 2
  const ledger = new RegistrationLedger(async () => {
    if (refusals-- > 0) throw new Error('refused')
    return { lookUp: store.lookUp.bind(store), close: async () => {} }
  })
  await ledger.follow(registry).register('a', {})
  expect(await ledger.losses()).toMatchObject({ promised: 1, lost: 0 })
})

test('losses are unknown, not zero, once there are too many registrations to remember', async () => {
  const { ledger, noted } = opened(2)
  for (const identity of ['a', 'b', 'c']) await noted.register(identity, {})
  expect(await ledger.losses()).toEqual({
    kind: 'unknown',
    reason: 'more than 2 registrations lived at once, too many to remember each',
  })
})
