import { expect, test } from 'vitest'
import { nowMs } from '../load/clock.ts'
import { StartedRequest } from '../load/dispatch/started-request.ts'
import { MemoryMessenger } from '../registry/memory/memory-messenger.ts'
import { MemoryStore } from '../registry/memory/memory-store.ts'
import { countedDeliveries } from '../load/totals.ts'
import { MulticastRegistry } from '../registry/registry.ts'
import { multicastByReceipts } from './multicast-by-receipts.ts'

function request(number: number, isWarmUp: boolean): StartedRequest {
  return new StartedRequest({ number, isWarmUp, intendedAtMs: nowMs(), startedAtMs: nowMs() })
}

/** Sends one measured message after one of the warm-up, to `a` and `b`; those of `hosted` are there. */
async function deliveriesTo(hosted: readonly string[]) {
  const registry = new MulticastRegistry({
    store: new MemoryStore(),
    messenger: new MemoryMessenger(),
  })
  for (const identity of hosted) await registry.subscribe(identity, () => {})
  for (const identity of ['a', 'b']) await registry.register(identity, { status: 'online' })
  const { run, deliveries } = multicastByReceipts(registry, { filter: { status: 'online' } })
  for (const [number, isWarmUp] of [true, false].entries()) {
    await run(request(number, isWarmUp))
  }
  const seen = countedDeliveries((await deliveries?.([])) ?? null) ?? expect.fail('not counted')
  await registry.close()
  const { expected, received, missing, incomplete, receipt, completion } = seen
  const times = { receipts: receipt.totalCount, completions: completion.totalCount }
  return { expected, received, missing, incomplete, ...times }
}

test('a message in transit when the load ends counts as missing', async () => {
  const registry = new MulticastRegistry({
    store: new MemoryStore(),
    messenger: new MemoryMessenger(),
  })
  const started = Promise.withResolvers<void>()
  const handling = Promise.withResolvers<void>()
  await registry.subscribe('fails-late', () => {
    started.resolve()
    return handling.promise
  })
  await registry.register('fails-late', {})
  const { run, deliveries } = multicastByReceipts(registry)
  const sending = run(request(0, false))
  const asked = deliveries?.([])
  await started.promise
  handling.reject(new Error('no'))
  expect(await asked).toMatchObject({ expected: 1, received: 0, missing: 1 })
  await sending
  await registry.close()
})

test('counts confirmed messages as delivered, and a message someone missed as incomplete', async () => {
  const counts = { expected: 2, receipts: 0, completions: 1 }
  const complete = { ...counts, received: 2, missing: 0, incomplete: 0 }
  expect(await deliveriesTo(['a', 'b'])).toEqual(complete)
  expect(await deliveriesTo(['a'])).toEqual({ ...counts, received: 1, missing: 1, incomplete: 1 })
  expect(await deliveriesTo([])).toEqual({ ...counts, received: 0, missing: 2, incomplete: 1 })
})
