import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type {
  DeliveryTarget,
  MessageHandler,
  Messenger,
  OutgoingMessage,
  ReceivedMessage,
  SendOptions,
} from '../messenger.ts'
import { Warnings } from '../warnings.ts'
import type { ConnectMessenger, MessengerSettings } from './connect-messenger.ts'

const AT_MOST_ONCE: SendOptions = { delivery: 'at-most-once', timeoutMs: 2_000, receipts: true }
const AT_LEAST_ONCE: SendOptions = { ...AT_MOST_ONCE, delivery: 'at-least-once' }

let messages = 0
function messageOf(text: string): OutgoingMessage {
  messages += 1
  return { id: `message-${process.pid}-${messages}`, payload: new TextEncoder().encode(text) }
}

function textOf({ payload }: ReceivedMessage): string {
  return new TextDecoder().decode(payload)
}

/** An object whose `then` is the result of `get`. */
function objectWithThen(get: () => unknown): unknown {
  return new Proxy(
    {},
    { has: (_, key) => key === 'then', get: (_, key) => key === 'then' && get() },
  )
}

/** The contract of all messengers, whatever carries the messages. */
export function describeMessenger(name: string, prepare: () => ConnectMessenger): void {
  describe(name, () => {
    const opened: Messenger[] = []
    const open = async (
      connect: ConnectMessenger,
      settings: MessengerSettings = {},
    ): Promise<Messenger> => {
      const messenger = await connect(settings)
      opened.push(messenger)
      return messenger
    }
    const pair = async (
      ofHost: MessengerSettings = {},
      ofSender: MessengerSettings = {},
    ): Promise<{ sender: Messenger; host: Messenger }> => {
      const connect = prepare()
      return { sender: await open(connect, ofSender), host: await open(connect, ofHost) }
    }
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((messenger) => messenger.close()))
    })

    describe.each([
      { path: 'through its gateway', byGateway: true },
      { path: 'by its own subject', byGateway: false },
    ])('an identity reached $path', ({ byGateway }) => {
      const target = (identity: string, host: Messenger) => ({
        identity,
        gateway: byGateway ? host.gateway : null,
      })

      test('receives the payload with the message id, and its sender gets a receipt', async () => {
        const { sender, host } = await pair()
        const received: ReceivedMessage[] = []
        await host.subscribe('a.b', (message) => void received.push(message))
        const message = messageOf('hello')
        const statuses = await sender.send(message, [target('a.b', host)], AT_MOST_ONCE)
        expect([...statuses]).toEqual([['a.b', 'DELIVERED']])
        expect(received).toMatchObject([{ id: message.id, identity: 'a.b' }])
        expect(received.map(textOf)).toEqual(['hello'])
      })

      test('receives an empty payload', async () => {
        const { sender, host } = await pair()
        const lengths: number[] = []
        await host.subscribe('a', ({ payload }) => void lengths.push(payload.length))
        const statuses = await sender.send(messageOf(''), [target('a', host)], AT_MOST_ONCE)
        expect(statuses.get('a')).toBe('DELIVERED')
        expect(lengths).toEqual([0])
      })

      test('fails at once without a subscriber', async () => {
        const { sender, host } = await pair()
        const options = { ...AT_MOST_ONCE, timeoutMs: 2_000_000 }
        const statuses = await sender.send(messageOf('x'), [target('nobody', host)], options)
        expect(statuses.get('nobody')).toBe('FAILED')
      })

      test('is the only one to fail when its handler throws or rejects', async () => {
        const { sender, host } = await pair()
        await host.subscribe('throws', () => {
          throw new Error('no')
        })
        await host.subscribe('rejects', async () => {
          await delay(1)
          throw new Error('no')
        })
        await host.subscribe('fine', async () => {
          await delay(1)
        })
        const targets = ['throws', 'rejects', 'fine'].map((identity) => target(identity, host))
        const statuses = await sender.send(messageOf('x'), targets, AT_MOST_ONCE)
        expect(Object.fromEntries(statuses)).toEqual({
          throws: 'FAILED',
          rejects: 'FAILED',
          fine: 'DELIVERED',
        })
      })

      test.each<{ what: string; ask: unknown; status: string }>([
        {
          what: 'is fulfilled later',
          ask: (fulfill: () => void) => void setTimeout(fulfill, 20),
          status: 'DELIVERED',
        },
        {
          what: 'is rejected later',
          ask: (_: unknown, reject: () => void) => void setTimeout(reject, 20),
          status: 'FAILED',
        },
        {
          what: 'throws',
          ask: () => {
            throw new Error('no')
          },
          status: 'FAILED',
        },
        {
          what: 'is fulfilled, and then rejected',
          ask: (fulfill: () => void, reject: () => void) => {
            fulfill()
            reject()
          },
          status: 'DELIVERED',
        },
        {
          what: 'is rejected, then fulfilled, and throws',
          ask: (fulfill: () => void, reject: () => void) => {
            reject()
            fulfill()
            throw new Error('no')
          },
          status: 'FAILED',
        },
        { what: 'is no function', ask: 'soon', status: 'DELIVERED' },
      ])('whose handler returns an object with a `then` that $what', async ({ ask, status }) => {
        const { sender, host } = await pair()
        let asked = 0
        // Like a lazy query, it starts when its result is requested.
        const query = objectWithThen(() => {
          asked += 1
          return ask
        })
        await host.subscribe('a', (() => query) as MessageHandler)
        const statuses = await sender.send(messageOf('x'), [target('a', host)], AT_MOST_ONCE)
        expect(statuses.get('a')).toBe(status)
        expect(asked).toBeGreaterThan(0)
      })

      test('fails if its handler returns an object with a throwing `then` getter', async () => {
        const { sender, host } = await pair()
        const hostile = objectWithThen(() => {
          throw new Error('no')
        })
        await host.subscribe('a', (() => hostile) as MessageHandler)
        const statuses = await sender.send(messageOf('x'), [target('a', host)], AT_MOST_ONCE)
        expect(statuses.get('a')).toBe('FAILED')
      })

      test('handles a message once if two at-least-once calls send it with one id', async () => {
        const { sender, host } = await pair()
        let calls = 0
        await host.subscribe('a', () => void (calls += 1))
        const message: OutgoingMessage = { ...messageOf('x'), repeatable: true }
        for (let call = 0; call < 2; call += 1) {
          const statuses = await sender.send(message, [target('a', host)], AT_LEAST_ONCE)
          expect(statuses.get('a')).toBe('DELIVERED')
        }
        expect(calls).toBe(1)
      })

      test('refuses messages beyond maxBacklogBytes until handlers are done', async () => {
        const warnings = new Warnings(() => {})
        const { sender, host } = await pair({ maxBacklogBytes: 20_000, warnings })
        const { promise: end, resolve: endHandlers } = Promise.withResolvers<void>()
        let calls = 0
        await host.subscribe('a', async () => {
          calls += 1
          await end
        })
        const send = async (options: SendOptions) => {
          const message = messageOf('x'.repeat(8_000))
          return (await sender.send(message, [target('a', host)], options)).get('a')
        }
        onTestFinished(() => endHandlers())
        const impatient = { ...AT_MOST_ONCE, timeoutMs: 100 }
        for (const arrived of [1, 2]) {
          expect(await send(impatient)).toBe('TIMEOUT')
          // A message on another connection may arrive before one that timed out.
          await vi.waitUntil(() => calls === arrived, { timeout: 5_000 })
        }
        expect(await send({ ...AT_MOST_ONCE, timeoutMs: 2_000_000 })).toBe('FAILED')
        expect(calls).toBe(2)
        expect([...warnings.counts.keys()]).toEqual(['BACKLOG_FULL'])
        const trying = send({ ...AT_LEAST_ONCE, timeoutMs: 20_000 })
        await delay(50)
        endHandlers()
        expect(await trying).toBe('DELIVERED')
        expect(calls).toBe(3)
      })

      test('accepts a single message of any size', async () => {
        const { sender, host } = await pair({ maxBacklogBytes: 100 })
        await host.subscribe('a', () => delay(1))
        const message = messageOf('x'.repeat(8_000))
        const statuses = await sender.send(message, [target('a', host)], AT_MOST_ONCE)
        expect(statuses.get('a')).toBe('DELIVERED')
      })

      test('times out when its handler does not end, without affecting others', async () => {
        const { sender, host } = await pair()
        const { promise: never, resolve: endHandler } = Promise.withResolvers<void>()
        onTestFinished(() => endHandler())
        await host.subscribe('stuck', () => never)
        await host.subscribe('slow', () => delay(150))
        await host.subscribe('quick', () => {})
        const targets = ['stuck', 'slow', 'quick'].map((identity) => target(identity, host))
        const options = { ...AT_MOST_ONCE, timeoutMs: 600 }
        const statuses = await sender.send(messageOf('x'), targets, options)
        endHandler()
        expect(Object.fromEntries(statuses)).toEqual({
          stuck: 'TIMEOUT',
          slow: 'DELIVERED',
          quick: 'DELIVERED',
        })
      })

      test('gets one message under at-most-once, even if listed twice or its handler fails', async () => {
        const { sender, host } = await pair()
        let calls = 0
        await host.subscribe('a', () => {
          calls += 1
          throw new Error('no')
        })
        const targets = [target('a', host), target('a', host)]
        const statuses = await sender.send(messageOf('x'), targets, AT_MOST_ONCE)
        expect([...statuses]).toEqual([['a', 'FAILED']])
        await delay(300)
        expect(calls).toBe(1)
      })

      test('is retried under at-least-once until its handler succeeds', async () => {
        const { sender, host } = await pair()
        const ids: string[] = []
        await host.subscribe('a', ({ id }) => {
          ids.push(id)
          if (ids.length < 3) throw new Error('not yet')
        })
        const message = messageOf('x')
        const statuses = await sender.send(message, [target('a', host)], AT_LEAST_ONCE)
        expect(statuses.get('a')).toBe('DELIVERED')
        expect(ids).toEqual([message.id, message.id, message.id])
      })

      test('is handled once under at-least-once although resends overtake a slow handler', async () => {
        const { sender, host } = await pair()
        let calls = 0
        await host.subscribe('a', async () => {
          calls += 1
          await delay(700)
        })
        const statuses = await sender.send(messageOf('x'), [target('a', host)], AT_LEAST_ONCE)
        expect(statuses.get('a')).toBe('DELIVERED')
        expect(calls).toBe(1)
      })

      test('that subscribes late is reached under at-least-once', async () => {
        const { sender, host } = await pair()
        const sending = sender.send(messageOf('x'), [target('late', host)], AT_LEAST_ONCE)
        await delay(100)
        await host.subscribe('late', () => {})
        expect((await sending).get('late')).toBe('DELIVERED')
      })

      test('without a subscriber is FAILED under at-least-once after the timeout', async () => {
        const { sender, host } = await pair()
        const options = { ...AT_LEAST_ONCE, timeoutMs: 300 }
        const statuses = await sender.send(messageOf('x'), [target('nobody', host)], options)
        expect(statuses.get('nobody')).toBe('FAILED')
      })

      test('is PENDING and still gets the message without receipts', async () => {
        const { sender, host } = await pair()
        const received = Promise.withResolvers<ReceivedMessage>()
        await host.subscribe('a', received.resolve)
        const options = { ...AT_MOST_ONCE, receipts: false }
        const statuses = await sender.send(messageOf('hello'), [target('a', host)], options)
        expect(statuses.get('a')).toBe('PENDING')
        expect(textOf(await received.promise)).toBe('hello')
      })

      test('gets nothing after unsubscribing', async () => {
        const { sender, host } = await pair()
        let calls = 0
        const subscription = await host.subscribe('a', () => void (calls += 1))
        await subscription.unsubscribe()
        await subscription.unsubscribe()
        expect(host.hosts('a')).toBe(false)
        const statuses = await sender.send(messageOf('x'), [target('a', host)], AT_MOST_ONCE)
        expect(statuses.get('a')).toBe('FAILED')
        expect(calls).toBe(0)
      })

      test('is handled by the latest of its subscriptions only', async () => {
        const { sender, host } = await pair()
        const calls: string[] = []
        const first = await host.subscribe('a', () => void calls.push('first'))
        await host.subscribe('a', () => void calls.push('second'))
        await first.unsubscribe()
        const statuses = await sender.send(messageOf('x'), [target('a', host)], AT_MOST_ONCE)
        expect(statuses.get('a')).toBe('DELIVERED')
        expect(calls).toEqual(['second'])
      })

      test('may be part of a list with one handler, which gets its index', async () => {
        const { sender, host } = await pair()
        const got: string[] = []
        const list = ['a', 'b', 'c', 'a']
        const subscription = await host.subscribe(list, ({ identity, index }) => {
          got.push(`${identity} ${index}`)
          if (identity === 'b') throw new Error('no')
        })
        // Later changes to the caller's list don't matter.
        list.length = 0
        await host.subscribe(
          'c',
          ({ identity, index }) => void got.push(`own ${identity} ${index}`),
        )
        const targets = ['a', 'b', 'c'].map((identity) => target(identity, host))
        const statuses = await sender.send(messageOf('x'), targets, AT_MOST_ONCE)
        const wanted = { a: 'DELIVERED', b: 'FAILED', c: 'DELIVERED' }
        expect(Object.fromEntries(statuses)).toEqual(wanted)
        expect(got.sort()).toEqual(['a 3', 'b 1', 'own c 0'])

        await subscription.unsubscribe()
        await subscription.unsubscribe()
        expect(['a', 'b', 'c'].map((identity) => host.hosts(identity))).toEqual([
          false,
          false,
          true,
        ])
        const after = await sender.send(messageOf('x'), targets, AT_MOST_ONCE)
        expect(Object.fromEntries(after)).toEqual({ a: 'FAILED', b: 'FAILED', c: 'DELIVERED' })
      })

      test('may be missing: an empty list subscribes nothing', async () => {
        const { host } = await pair()
        const subscription = await host.subscribe([], () => {})
        await subscription.unsubscribe()
        expect(host.hosts('a')).toBe(false)
      })

      test('may be one of thousands, each with its own status', async () => {
        const { sender, host } = await pair()
        const handled = new Set<string>()
        const identities = Array.from({ length: 3_000 }, (_, n) => `user-${n}`)
        await Promise.all(
          identities.slice(0, 2_900).map((identity, n) =>
            host.subscribe(identity, (message) => {
              if (n % 100 === 0) throw new Error('no')
              handled.add(message.identity)
            }),
          ),
        )
        const targets = identities.map((identity) => target(identity, host))
        const options = { ...AT_MOST_ONCE, timeoutMs: 20_000 }
        const statuses = await sender.send(messageOf('x'), targets, options)
        expect([...statuses.keys()].sort()).toEqual([...identities].sort())
        const wrong = identities.filter((identity, n) => {
          const expected = n < 2_900 && n % 100 !== 0 ? 'DELIVERED' : 'FAILED'
          return statuses.get(identity) !== expected
        })
        expect(wrong).toEqual([])
        expect(handled.size).toBe(2_871)
      })
    })

    describe.each([
      { path: 'through its gateway', byGateway: true },
      { path: 'by its own subject', byGateway: false },
    ])('an identity hosted by a pattern and reached $path', ({ byGateway }) => {
      const target = (identity: string, host: Messenger) => ({
        identity,
        gateway: byGateway ? host.gateway : null,
      })

      test('gets the message, which names its identity', async () => {
        const { sender, host } = await pair()
        const received: ReceivedMessage[] = []
        await host.subscribeMatching('user-*', (message) => void received.push(message))
        expect(['user-1', 'lamp'].map((identity) => host.hosts(identity))).toEqual([true, false])
        const message = messageOf('hello')
        const targets = ['user-1', 'user-2.left'].map((identity) => target(identity, host))
        const statuses = await sender.send(message, targets, AT_MOST_ONCE)
        expect(Object.fromEntries(statuses)).toEqual({
          'user-1': 'DELIVERED',
          'user-2.left': 'DELIVERED',
        })
        expect(received.map(({ identity }) => identity).sort()).toEqual(['user-1', 'user-2.left'])
        expect(received.map(textOf)).toEqual(['hello', 'hello'])
        expect(new Set(received.map(({ id }) => id))).toEqual(new Set([message.id]))
      })

      test('is handled once, by its own subscription if it has one', async () => {
        const { sender, host } = await pair()
        const calls: string[] = []
        const send = async (): Promise<void> => {
          const statuses = await sender.send(messageOf('x'), [target('a', host)], AT_MOST_ONCE)
          expect(statuses.get('a')).toBe('DELIVERED')
        }
        await host.subscribeMatching('*', () => void calls.push('pattern'))
        const own = await host.subscribe('a', () => void calls.push('own'))
        await send()
        await own.unsubscribe()
        await send()
        await delay(50)
        expect(calls).toEqual(['own', 'pattern'])
      })

      test('is handled once, by the latest matching pattern', async () => {
        const { sender, host } = await pair()
        const calls: string[] = []
        for (const pattern of ['*', 'user-*', 'lamp-*', 'user-*']) {
          const nth = calls.push(pattern)
          await host.subscribeMatching(pattern, () => void calls.push(`${nth} ${pattern}`))
        }
        calls.length = 0
        const targets = ['user-1', 'lamp-1', 'door'].map((identity) => target(identity, host))
        await sender.send(messageOf('x'), targets, AT_MOST_ONCE)
        await delay(50)
        expect(calls.sort()).toEqual(['1 *', '3 lamp-*', '4 user-*'])
      })

      test('fails at once after the pattern has ended', async () => {
        const { sender, host } = await pair()
        const subscription = await host.subscribeMatching('*', () => {})
        await subscription.unsubscribe()
        await subscription.unsubscribe()
        const options = { ...AT_MOST_ONCE, timeoutMs: 2_000_000 }
        const statuses = await sender.send(messageOf('x'), [target('a', host)], options)
        expect(statuses.get('a')).toBe('FAILED')
        expect(host.hosts('a')).toBe(false)
      })

      test('may be one of thousands that were never named', async () => {
        const { sender, host } = await pair()
        const handled = new Set<string>()
        await host.subscribeMatching('*', ({ identity }) => void handled.add(identity))
        const targets = Array.from({ length: 3_000 }, (_, n) => target(`user-${n}`, host))
        const options = { ...AT_MOST_ONCE, timeoutMs: 20_000 }
        const statuses = await sender.send(messageOf('x'), targets, options)
        expect(new Set(statuses.values())).toEqual(new Set(['DELIVERED']))
        expect(handled.size).toBe(3_000)
      })

      test('is served by one of the messengers that share a gateway, and by the next if that one leaves', async () => {
        const connect = prepare()
        const sender = await open(connect)
        const hosts = [
          await open(connect, { gatewayName: 'shared' }),
          await open(connect, { gatewayName: 'shared' }),
        ] as const
        const handled = [0, 0]
        for (const [at, host] of hosts.entries()) {
          await host.subscribeMatching('*', () => void (handled[at] = (handled[at] ?? 0) + 1))
        }
        expect(hosts[0].gateway).toBe(hosts[1].gateway)
        const send = async (): Promise<void> => {
          const statuses = await sender.send(messageOf('x'), [target('a', hosts[0])], AT_MOST_ONCE)
          expect(statuses.get('a')).toBe('DELIVERED')
        }
        for (let n = 0; n < 60; n += 1) await send()
        expect(handled[0]).toBeGreaterThan(0)
        expect(handled[1]).toBeGreaterThan(0)
        expect((handled[0] ?? 0) + (handled[1] ?? 0)).toBe(60)
        await hosts[0].close()
        await send()
        expect((handled[0] ?? 0) + (handled[1] ?? 0)).toBe(61)
      })
    })

    test('an identity that a pattern does not match is refused by the gateway at once', async () => {
      const { sender, host } = await pair()
      await host.subscribeMatching('user-*', () => {})
      const targets = [{ identity: 'lamp', gateway: host.gateway }]
      const options = { ...AT_MOST_ONCE, timeoutMs: 2_000_000 }
      const statuses = await sender.send(messageOf('x'), targets, options)
      expect(statuses.get('lamp')).toBe('FAILED')
    })

    test('an identity that a pattern does not match is left to its own host', async () => {
      const { sender, host } = await pair()
      await sender.subscribeMatching('user-*', () => {})
      await host.subscribe('lamp', () => delay(50))
      const targets = [{ identity: 'lamp', gateway: null }]
      const statuses = await sender.send(messageOf('x'), targets, AT_MOST_ONCE)
      expect(statuses.get('lamp')).toBe('DELIVERED')
    })

    test('a pattern that no identity can match is an invalid argument', async () => {
      const { host } = await pair()
      await expect(host.subscribeMatching('a..*', () => {})).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('a..*'),
      })
    })

    test('a restarted gateway with the same name is reached as before', async () => {
      const connect = prepare()
      const sender = await open(connect)
      const first = await open(connect, { gatewayName: 'named' })
      await first.subscribeMatching('*', () => {})
      const targets = [{ identity: 'a', gateway: first.gateway }]
      const options = { ...AT_MOST_ONCE, timeoutMs: 2_000_000 }
      const send = async () => (await sender.send(messageOf('x'), targets, options)).get('a')
      expect(await send()).toBe('DELIVERED')
      await first.close()
      expect(await send()).toBe('FAILED')
      const second = await open(connect, { gatewayName: 'named' })
      await second.subscribeMatching('*', () => {})
      expect(await send()).toBe('DELIVERED')
    })

    test('a gateway that does not exist fails its targets at once, and no others', async () => {
      const { sender, host } = await pair()
      await host.subscribe('here', () => {})
      const targets = [
        { identity: 'gone', gateway: `${host.gateway}-gone` },
        { identity: 'here', gateway: host.gateway },
      ]
      const options = { ...AT_MOST_ONCE, timeoutMs: 2_000_000 }
      const statuses = await sender.send(messageOf('x'), targets, options)
      expect(Object.fromEntries(statuses)).toEqual({ gone: 'FAILED', here: 'DELIVERED' })
    })

    test.each([
      ['a subject of somebody else', () => 'payments.execute'],
      ['an API of the broker', () => '$JS.API.STREAM.LIST'],
      ['an inbox', () => '_INBOX.x'],
      ['nothing', () => ''],
      ['thousands of characters', () => 'g'.repeat(5_000)],
      ['a wildcard', (host: Messenger) => host.gateway.replace(/[^.]+$/, '*')],
      ['more than a gateway', (host: Messenger) => `${host.gateway} 5\r\nhello\r\nPING`],
      ['a name that is too long', (host: Messenger) => `${host.gateway}${'x'.repeat(64)}`],
    ])(
      'a target whose gateway is %s fails at once, without affecting others',
      async (_, gatewayOf) => {
        const warnings = new Warnings(() => {})
        const { sender, host } = await pair({}, { warnings })
        await host.subscribe('here', () => {})
        const gateway = gatewayOf(host)
        expect(host.isGateway(gateway)).toBe(false)
        const targets = [
          { identity: 'there', gateway },
          { identity: 'here', gateway: host.gateway },
        ]
        const options = { ...AT_MOST_ONCE, timeoutMs: 2_000_000 }
        for (let call = 1; call <= 2; call += 1) {
          const statuses = await sender.send(messageOf('x'), targets, options)
          expect(Object.fromEntries(statuses)).toEqual({ there: 'FAILED', here: 'DELIVERED' })
          expect([...warnings.counts]).toEqual([['FOREIGN_GATEWAY', call]])
        }
      },
    )

    test('an invalid identity is FAILED, and others are delivered', async () => {
      const { sender, host } = await pair()
      const heard: string[] = []
      await host.subscribeMatching('*', ({ identity }) => void heard.push(identity))
      const names = [
        '',
        'a b',
        'a\nb',
        '\n',
        'a.*',
        '>',
        'a..b',
        '~a',
        'a\r\nPING',
        'x'.repeat(300),
      ]
      for (const gateway of [host.gateway, null]) {
        heard.length = 0
        const targets = ['ok', ...names].map((identity) => ({ identity, gateway }))
        const statuses = await sender.send(messageOf('x'), targets, AT_MOST_ONCE)
        expect(Object.fromEntries(statuses)).toEqual({
          ...Object.fromEntries(names.map((each) => [each, 'FAILED'])),
          ok: 'DELIVERED',
        })
        expect(heard).toEqual(['ok'])
      }
      expect(names.map((each) => host.hosts(each))).not.toContain(true)
    })

    describe('a resend under at-least-once, after looking up its targets,', () => {
      const throwing = (calls: string[], called: string): MessageHandler => {
        return () => {
          calls.push(called)
          throw new Error('not here')
        }
      }

      test('sends to the new gateway of an identity', async () => {
        const connect = prepare()
        const sender = await open(connect)
        const old = await open(connect)
        const next = await open(connect)
        const calls: string[] = []
        await old.subscribe('a', throwing(calls, 'old'))
        await next.subscribe('a', () => void calls.push('new'))
        const asked: (readonly string[])[] = []
        const lookUp = async (identities: readonly string[]): Promise<DeliveryTarget[]> => {
          asked.push(identities)
          return identities.map((identity) => ({ identity, gateway: next.gateway }))
        }
        await sender.subscribe('done', () => {})
        const targets = [
          { identity: 'a', gateway: old.gateway },
          { identity: 'done', gateway: sender.gateway },
        ]
        const statuses = await sender.send(messageOf('x'), targets, { ...AT_LEAST_ONCE, lookUp })
        expect(Object.fromEntries(statuses)).toEqual({ a: 'DELIVERED', done: 'DELIVERED' })
        expect(calls).toEqual(['old', 'new'])
        expect(asked).toEqual([['a']])
      })

      test('sends nothing to unregistered targets until they register again', async () => {
        const { sender, host } = await pair()
        const calls: string[] = []
        await host.subscribe('a', throwing(calls, 'a'))
        let times = 0
        const lookUp = async (identities: readonly string[]): Promise<DeliveryTarget[]> => {
          times += 1
          if (times === 3) await host.subscribe('a', () => void calls.push('back'))
          return times < 3
            ? []
            : identities.map((identity) => ({ identity, gateway: host.gateway }))
        }
        const targets = [{ identity: 'a', gateway: host.gateway }]
        const options = { ...AT_LEAST_ONCE, timeoutMs: 20_000, lookUp }
        const statuses = await sender.send(messageOf('x'), targets, options)
        expect(statuses.get('a')).toBe('DELIVERED')
        expect(calls).toEqual(['a', 'back'])
      })

      test('ignores names that are not targets, and repeated names', async () => {
        const { sender, host } = await pair()
        const calls: string[] = []
        let attempts = 0
        await host.subscribe('a', () => {
          attempts += 1
          if (attempts === 1) throw new Error('not yet')
          calls.push('a')
        })
        await host.subscribe('stranger', () => void calls.push('stranger'))
        const lookUp = async (): Promise<DeliveryTarget[]> =>
          ['a', 'stranger', 'a'].map((identity) => ({ identity, gateway: host.gateway }))
        const targets = [{ identity: 'a', gateway: host.gateway }]
        const statuses = await sender.send(messageOf('x'), targets, { ...AT_LEAST_ONCE, lookUp })
        expect([...statuses]).toEqual([['a', 'DELIVERED']])
        await delay(50)
        expect(calls).toEqual(['a'])
      })

      test('sends to the last known gateways if the look-up fails', async () => {
        const { sender, host } = await pair()
        let attempts = 0
        await host.subscribe('a', () => {
          attempts += 1
          if (attempts < 3) throw new Error('not yet')
        })
        const lookUp = async (): Promise<never> => {
          throw new Error('the store is down')
        }
        const targets = [{ identity: 'a', gateway: host.gateway }]
        const options = { ...AT_LEAST_ONCE, timeoutMs: 20_000, lookUp }
        const statuses = await sender.send(messageOf('x'), targets, options)
        expect(statuses.get('a')).toBe('DELIVERED')
        expect(attempts).toBe(3)
      })

      test('ends in time if the look-up never answers', async () => {
        const { sender, host } = await pair()
        await host.subscribe('a', throwing([], 'a'))
        const never = new Promise<never>(() => {})
        const targets = [{ identity: 'a', gateway: host.gateway }]
        const options = { ...AT_LEAST_ONCE, timeoutMs: 600, lookUp: () => never }
        const statuses = await sender.send(messageOf('x'), targets, options)
        expect(statuses.get('a')).toBe('FAILED')
      })
    })

    test.each(['', 'a b', 'ü', 'a\r\nb', 'x'.repeat(129)])(
      'the message id %j is an invalid argument',
      async (id) => {
        const { sender, host } = await pair()
        const targets = [{ identity: 'a', gateway: host.gateway }]
        const message = { ...messageOf('x'), id }
        await expect(sender.send(message, targets, AT_MOST_ONCE)).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
          message: expect.stringContaining('messageId'),
        })
      },
    )

    test('a messenger reaches the subscribers it hosts itself', async () => {
      const { sender } = await pair()
      await sender.subscribe('a', () => {})
      const targets = [{ identity: 'a', gateway: sender.gateway }]
      const statuses = await sender.send(messageOf('x'), targets, AT_MOST_ONCE)
      expect(statuses.get('a')).toBe('DELIVERED')
      expect(sender.hosts('a')).toBe(true)
    })

    test('sending to no targets succeeds', async () => {
      const { sender } = await pair()
      expect((await sender.send(messageOf('x'), [], AT_MOST_ONCE)).size).toBe(0)
    })

    test.each([
      { what: 'a timeout of 0', options: { ...AT_MOST_ONCE, timeoutMs: 0 } },
      { what: 'a timeout that is no number', options: { ...AT_MOST_ONCE, timeoutMs: Number.NaN } },
      {
        what: 'at-least-once without receipts',
        options: { ...AT_LEAST_ONCE, receipts: false },
      },
    ])('$what is an invalid argument', async ({ options }) => {
      const { sender, host } = await pair()
      const targets = [{ identity: 'a', gateway: host.gateway }]
      await expect(sender.send(messageOf('x'), targets, options)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      })
    })

    test('exactly-once without durability is an invalid argument, with a remedy', async () => {
      const { sender, host } = await pair()
      const targets = [{ identity: 'a', gateway: host.gateway }]
      const options: SendOptions = { ...AT_MOST_ONCE, delivery: 'exactly-once' }
      await expect(sender.send(messageOf('x'), targets, options)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('durability'),
      })
    })

    test('closing lets accepted messages finish, and later calls fail', async () => {
      const { sender, host } = await pair()
      const started = Promise.withResolvers<void>()
      await host.subscribe('a', async () => {
        started.resolve()
        await delay(100)
      })
      const targets = [{ identity: 'a', gateway: host.gateway }]
      const sending = sender.send(messageOf('x'), targets, AT_MOST_ONCE)
      await started.promise
      await Promise.all([host.close(), host.close()])
      expect((await sending).get('a')).toBe('DELIVERED')
      await expect(host.subscribe('b', () => {})).rejects.toMatchObject({ code: 'CLOSED' })
      await expect(host.send(messageOf('x'), targets, AT_MOST_ONCE)).rejects.toMatchObject({
        code: 'CLOSED',
      })
      await host.close()
    })
  })
}
