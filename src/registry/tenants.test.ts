import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest'
import { connectRegistry, type ConnectOptions } from './connect.ts'
import type { MulticastRegistry } from './registry.ts'

const backends = inject('backends')
const suffix = randomUUID().slice(0, 8)

describe('registries of different namespaces on the same servers', () => {
  beforeEach(({ skip }) => skip(backends.kind === 'memory', 'needs servers'))

  async function open(
    namespace: string,
    options: Partial<ConnectOptions> = {},
  ): Promise<MulticastRegistry> {
    if (backends.kind === 'memory') throw new Error('needs servers')
    const { redisUrl, natsUrls } = backends
    const registry = await connectRegistry({ redisUrl, natsUrls, namespace, ...options })
    onTestFinished(async () => {
      await registry.clear()
      await registry.close()
    })
    return registry
  }

  const statusesOf = async (registry: MulticastRegistry) => {
    const { statuses } = await registry.multicast({}, 'of a', { timeoutMs: 1_000 })
    return Object.fromEntries(statuses)
  }

  test.each([
    { what: 'an identity of one name', hosted: 'user-1', target: 'user-1' },
    { what: 'a pattern that matches all', hosted: '*', target: 'user-1' },
    { what: 'a pattern of whole words', hosted: 'user.*', target: 'user.1' },
    {
      what: "an identity that begins with the other's namespace",
      hosted: 'x',
      target: `b-${suffix}.x`,
    },
  ])('are isolated: $what', async ({ hosted, target }) => {
    const a = await open(`a-${suffix}`)
    const b = await open(`b-${suffix}`)
    const heard: string[] = []
    await b.subscribeMatching(hosted, ({ identity }) => void heard.push(identity))
    await b.register(hosted.replace('*', '1'), {})
    await a.register(target, {})
    expect(await statusesOf(a)).toEqual({ [target]: 'FAILED' })
    expect(heard).toEqual([])
  })

  test("can't use each other's gateways, nor those of another prefix", async () => {
    const a = await open(`a-${suffix}`)
    const b = await open(`b-${suffix}`, { gatewayName: 'shared' })
    const own = await open(`a-${suffix}`, { gatewayName: 'shared' })
    await b.subscribeMatching('*', () => {
      throw new Error('heard')
    })
    await own.subscribeMatching('*', () => {})
    await expect(a.register('user-1', {}, { gateway: b.gateway })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    await a.register('user-1', {}, { gateway: own.gateway })
    expect(await statusesOf(a)).toEqual({ 'user-1': 'DELIVERED' })
  })

  test.each(['payments.execute', '$JS.API.STREAM.LIST', '_INBOX.x', 'g'.repeat(5_000), 'a\r\nb'])(
    'refuse the gateway %s',
    async (gateway) => {
      const a = await open(`a-${suffix}`)
      await expect(a.register('user-1', {}, { gateway })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('not a gateway of this namespace'),
      })
      await a.register('user-1', {})
      const [seen] = (await a.enumerate()).registrations
      if (seen === undefined) throw new Error('not registered')
      await expect(a.moveTo(seen, gateway)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    },
  )
})
