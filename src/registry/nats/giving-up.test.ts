import { getEventListeners } from 'node:events'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { connectRegistry } from '../connect.ts'
import type { MulticastResult } from '../multicast.ts'
import type { MulticastRegistry } from '../registry.ts'

const backends = inject('backends')

/** A registry on real servers, and a client that listens to all its identities and never answers. */
async function openMuted(): Promise<{
  readonly registry: MulticastRegistry
  readonly mute: NatsConnection
  /** The messages received, by identity. */
  readonly heard: (identity: string) => number
  readonly heardInAll: () => number
}> {
  if (backends.kind === 'memory') throw new Error('needs servers')
  const { redisUrl, natsUrls } = backends
  const namespace = `test-${crypto.randomUUID()}`
  const registry = await connectRegistry({ redisUrl, natsUrls, namespace })
  onTestFinished(async () => {
    await registry.clear()
    await registry.close()
  })
  const mute = await connect({ servers: [...natsUrls] })
  onTestFinished(() => mute.close())
  const counts = new Map<string, number>()
  const prefix = `prism.multicast.${namespace}.`
  mute.subscribe(`${prefix}*`, {
    callback: (_, { subject }) => {
      const identity = subject.slice(prefix.length)
      counts.set(identity, (counts.get(identity) ?? 0) + 1)
    },
  })
  await mute.flush()
  return {
    registry,
    mute,
    heard: (identity) => counts.get(identity) ?? 0,
    heardInAll: () => [...counts.values()].reduce((sum, count) => sum + count, 0),
  }
}

describe.skipIf(backends.kind === 'memory')('a cancelled multicast', () => {
  test('is not resent, while another one is', async () => {
    const { registry, heard } = await openMuted()
    await registry.register('left-alone', { group: 1 })
    await registry.register('sent-to-again', { group: 2 })
    const [givingUp, atTheEnd] = [new AbortController(), new AbortController()]
    const send = (group: number, { signal }: AbortController) =>
      registry.multicast({ group }, 'x', {
        delivery: 'at-least-once',
        timeoutMs: 600_000,
        signal,
      })
    const outcomes = Promise.allSettled([send(1, givingUp), send(2, atTheEnd)])
    await expect.poll(() => heard('left-alone'), { timeout: 30_000 }).toBeGreaterThanOrEqual(2)
    givingUp.abort(new Error('given up'))
    const before = [heard('left-alone'), heard('sent-to-again')]
    await expect
      .poll(() => heard('sent-to-again'), { timeout: 30_000 })
      .toBeGreaterThanOrEqual((before[1] ?? 0) + 2)
    expect(heard('left-alone')).toBe(before[0])
    atTheEnd.abort(new Error('at the end'))
    const [first, second] = await outcomes
    expect(first).toMatchObject({ status: 'rejected', reason: { message: 'given up' } })
    expect(second).toMatchObject({ status: 'rejected', reason: { message: 'at the end' } })
    for (const { signal } of [givingUp, atTheEnd]) {
      expect(getEventListeners(signal, 'abort')).toEqual([])
    }
  })

  test('sends no further messages', async () => {
    const COUNT = 3_000
    const { registry, mute, heard, heardInAll } = await openMuted()
    const names = Array.from({ length: COUNT }, (_, n) => `id-${n}`)
    await Promise.all(names.map((name) => registry.register(name, { group: 1 })))
    await registry.register('afterwards', { group: 2 })
    const controller = new AbortController()
    const told: MulticastResult[] = []
    const sending = registry.multicast({ group: 1 }, new Uint8Array(20_000), {
      timeoutMs: 600_000,
      signal: controller.signal,
      onAborted: (result) => void told.push(result),
    })
    const outcome = expect(sending).rejects.toThrow('given up')
    await expect.poll(heardInAll, { interval: 1 }).toBeGreaterThan(0)
    controller.abort(new Error('given up'))
    await outcome
    await registry.multicast({ group: 2 }, 'x', { receipts: false })
    await mute.flush()
    await expect.poll(() => heard('afterwards')).toBe(1)
    expect(heardInAll()).toBeLessThan(COUNT)
    expect(told).toMatchObject([{ targetCount: COUNT, timeoutCount: COUNT }])
  })
})
