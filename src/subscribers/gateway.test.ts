import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { nowMs } from '../load/clock.ts'
import { connectNatsMessenger } from '../registry/nats/nats-messenger.ts'
import { MemoryStore } from '../registry/memory/memory-store.ts'
import { MulticastRegistry } from '../registry/registry.ts'
import { Gateway } from './gateway.ts'
import { stampPayload } from './stamp.ts'

describe.skipIf(inject('backends').kind === 'memory')('a gateway', () => {
  let gateway: Gateway
  let registry: MulticastRegistry
  let number = 0

  /** Sends a message to the two identities, and returns its statuses. */
  async function send(delivery: 'at-most-once' | 'exactly-once', timeoutMs = 5_000) {
    const stamp = { loadId: gateway.loadId, number, intendedAtMs: nowMs(), isWarmUp: false }
    number++
    const payload = stampPayload(stamp, Buffer.from('x'))
    const { statuses } = await registry.multicast({}, payload, { delivery, timeoutMs })
    gateway.expect({ ...stamp, startedAtMs: stamp.intendedAtMs, recipients: 2, isSent: true })
    return [...statuses.values()]
  }

  const handled = () =>
    [...gateway.journal.read()].map((entry) => [entry.number, gateway.identityOf(entry.recipient)])

  beforeAll(async () => {
    const backends = inject('backends')
    if (backends.kind === 'memory') return
    const { natsUrls } = backends
    const namespace = `{gateway-${process.pid}}`
    gateway = await Gateway.start(natsUrls, namespace)
    await gateway.host(['a', 'b'])
    const messenger = await connectNatsMessenger({ servers: natsUrls, namespace, durability: {} })
    registry = new MulticastRegistry({ store: new MemoryStore(), messenger })
    for (const identity of ['a', 'b']) {
      await registry.register(identity, {}, { gateway: gateway.gateway })
    }
  })
  afterAll(async () => {
    await registry?.close()
    await gateway?.close()
  })

  test('keeps its count of receipts, its name and its identities when it is killed and started again', async () => {
    expect(await send('at-most-once')).toEqual(['DELIVERED', 'DELIVERED'])
    const address = gateway.gateway
    expect(await gateway.kill()).toMatch(/^process \d+$/)
    expect(await send('at-most-once')).toEqual(['FAILED', 'FAILED'])
    await expect(gateway.kill()).rejects.toThrow('the gateway is down')
    expect(await gateway.deliveries([])).toMatchObject({ expected: 4, received: 2, missing: 2 })

    await gateway.restart()
    expect(gateway.gateway).toBe(address)
    expect(await send('at-most-once')).toEqual(['DELIVERED', 'DELIVERED'])
    expect(await gateway.deliveries([])).toMatchObject({ expected: 6, received: 4, missing: 2 })
    expect(handled()).toEqual([
      [0, 'a'],
      [0, 'b'],
      [2, 'a'],
      [2, 'b'],
    ])
  })

  test('handles what was kept for it while it was down, once', async () => {
    await gateway.kill()
    const kept = number
    expect(await send('exactly-once', 300)).toEqual(['PENDING', 'PENDING'])
    await gateway.restart()
    await expect.poll(() => handled().filter(([sent]) => sent === kept)).toHaveLength(2)
    expect(await send('exactly-once')).toEqual(['DELIVERED', 'DELIVERED'])
    expect(handled().filter(([sent]) => sent === kept)).toHaveLength(2)
  })

  test('does not report a pause that was asked for as one of its own', async () => {
    await gateway.pause()
    const sending = send('at-most-once')
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    await gateway.resume()
    expect(await sending).toEqual(['DELIVERED', 'DELIVERED'])
    const deliveries = await gateway.deliveries([])
    if (deliveries.kind === 'unknown') expect.fail(deliveries.reason)
    expect(deliveries.receivers?.pauses.maxMs).toBeLessThan(1_000)
  })
})
