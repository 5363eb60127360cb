import { connect } from '@nats-io/transport-node'
import { beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest'
import { connectNatsMessenger } from '../registry/nats/nats-messenger.ts'
import { findSubscribers, gatewayOf } from './find-subscribers.ts'

const backends = inject('backends')
const natsUrls = backends.kind === 'memory' ? [] : backends.natsUrls

describe('subscribers of a namespace', () => {
  beforeEach(({ skip }) => skip(backends.kind === 'memory', 'needs a NATS server'))

  const host = async (namespace: string, gatewayName: string, pattern: string) => {
    const messenger = await connectNatsMessenger({ servers: natsUrls, namespace, gatewayName })
    onTestFinished(() => messenger.close())
    await messenger.subscribeMatching(pattern, () => {})
    return messenger
  }

  test('are found while they run, grouped by gateway and pattern', async () => {
    const namespace = `test-${crypto.randomUUID()}`
    expect(await findSubscribers(natsUrls, namespace)).toEqual([])
    const first = await host(namespace, 'all', '*')
    const second = await host(namespace, 'all', '*')
    const third = await host(namespace, 'users', 'user-*')
    await host(`${namespace}-other`, 'all', '*')
    const found = await findSubscribers(natsUrls, namespace)
    expect(found).toHaveLength(2)
    expect(found).toContainEqual({ gateway: first.gateway, pattern: '*', processes: 2 })
    expect(found).toContainEqual({ gateway: third.gateway, pattern: 'user-*', processes: 1 })
    await Promise.all([first.close(), second.close(), third.close()])
    expect(await findSubscribers(natsUrls, namespace)).toEqual([])
  })

  test('are not found if they host single identities only', async () => {
    const namespace = `test-${crypto.randomUUID()}`
    const messenger = await connectNatsMessenger({ servers: natsUrls, namespace })
    onTestFinished(() => messenger.close())
    await messenger.subscribe('a', () => {})
    expect(await findSubscribers(natsUrls, namespace)).toEqual([])
  })

  test('are distinguished from other clients that answer', async () => {
    const namespace = `test-${crypto.randomUUID()}`
    const plain = await connect({ servers: [...natsUrls] })
    onTestFinished(() => plain.close())
    for (const answer of ['hello', '{"gateway":1,"pattern":"*"}', 'null']) {
      plain.subscribe(`prism.multicast-subscribers.${namespace}`, {
        callback: (_, m) => void m.respond(answer),
      })
    }
    await plain.flush()
    expect(await findSubscribers(natsUrls, namespace)).toEqual([])
  })

  test('are UNAVAILABLE if NATS is unreachable', async () => {
    await expect(findSubscribers(['nats://127.0.0.1:1'], 'p')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
  })
})

test('a registration names the gateway of the first matching pattern, or none', () => {
  const gateway = gatewayOf([
    { gateway: 'g.users', pattern: 'user-*', processes: 1 },
    { gateway: 'g.ones', pattern: '*-1', processes: 2 },
  ])
  expect(['user-1', 'lamp-1', 'lamp-2'].map(gateway)).toEqual(['g.users', 'g.ones', null])
})
