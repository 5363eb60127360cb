import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DurabilityOptions } from './durability-options.ts'
import type { Messenger, SendOptions } from './messenger.ts'

/** Connects a messenger; all that one test connects reach each other. */
export type ConnectDurableMessenger = (durability?: DurabilityOptions) => Promise<Messenger>

const EXACTLY_ONCE: SendOptions = { delivery: 'exactly-once', timeoutMs: 10_000, receipts: true }
const IMPATIENT: SendOptions = { ...EXACTLY_ONCE, timeoutMs: 400 }

function messageOf(text: string) {
  return { id: crypto.randomUUID(), payload: new TextEncoder().encode(text) }
}

function targetsOf({ gateway }: Messenger, ...identities: string[]) {
  return identities.map((identity) => ({ identity, gateway }))
}

/** What every messenger with a durability slot must do besides `describeMessenger`. */
export function describeDurability(
  name: string,
  prepare: () => Promise<ConnectDurableMessenger>,
): void {
  describe(`${name}, exactly-once`, () => {
    let connectMessenger: ConnectDurableMessenger
    let opened: Messenger[] = []
    beforeEach(async () => {
      connectMessenger = await prepare()
    })
    afterEach(async () => {
      await Promise.all(opened.map((messenger) => messenger.close()))
      opened = []
    })
    const connect = async (durability?: DurabilityOptions): Promise<Messenger> => {
      const messenger = await connectMessenger(durability)
      opened.push(messenger)
      return messenger
    }

    test('delivers to each once, and the gateway address is the same every time', async () => {
      const sender = await connect({})
      const host = await connect({ gatewayName: 'orders' })
      const received: string[] = []
      for (const identity of ['a', 'b']) {
        await host.subscribe(identity, (message) => void received.push(message.identity))
      }
      const statuses = await sender.send(messageOf('x'), targetsOf(host, 'a', 'b'), EXACTLY_ONCE)
      expect(Object.fromEntries(statuses)).toEqual({ a: 'DELIVERED', b: 'DELIVERED' })
      expect(received.sort()).toEqual(['a', 'b'])
      await host.close()
      const again = await connect({ gatewayName: 'orders' })
      expect(again.gateway).toBe(host.gateway)
    })

    test('handles a message once even if it is sent again with its id', async () => {
      const sender = await connect({})
      const host = await connect({ gatewayName: 'orders' })
      let calls = 0
      await host.subscribe('a', () => void (calls += 1))
      const message = messageOf('x')
      await sender.send(message, targetsOf(host, 'a'), EXACTLY_ONCE)
      const again = await sender.send(message, targetsOf(host, 'a'), EXACTLY_ONCE)
      expect(again.get('a')).toBe('DELIVERED')
      expect(calls).toBe(1)
    })

    test('keeps messages while the gateway is away, and repeats none afterwards', async () => {
      const sender = await connect({})
      const received: string[] = []
      const host = await connect({ gatewayName: 'orders' })
      await host.subscribe('a', ({ id }) => void received.push(id))
      const first = messageOf('1')
      await sender.send(first, targetsOf(host, 'a'), EXACTLY_ONCE)
      await host.close()

      const second = messageOf('2')
      const statuses = await sender.send(second, targetsOf(host, 'a'), IMPATIENT)
      expect(statuses.get('a')).toBe('PENDING')
      const back = await connect({ gatewayName: 'orders' })
      await back.subscribe('a', ({ id }) => void received.push(id))
      await expect.poll(() => received, { timeout: 10_000 }).toEqual([first.id, second.id])
    })

    test('keeps a message for who is not subscribed yet, without repeating others', async () => {
      const sender = await connect({})
      const host = await connect({ gatewayName: 'orders' })
      const received: string[] = []
      await host.subscribe('early', ({ identity }) => void received.push(identity))
      const targets = targetsOf(host, 'early', 'late')
      const statuses = await sender.send(messageOf('x'), targets, IMPATIENT)
      expect(Object.fromEntries(statuses)).toEqual({ early: 'DELIVERED', late: 'PENDING' })
      await host.subscribe('late', ({ identity }) => void received.push(identity))
      await expect.poll(() => received, { timeout: 10_000 }).toEqual(['early', 'late'])
    })

    test('receipts those who are done although another handler does not end', async () => {
      const sender = await connect({})
      const host = await connect({ gatewayName: 'orders' })
      const { promise: never, resolve: endHandler } = Promise.withResolvers<void>()
      await host.subscribe('quick', async () => {})
      await host.subscribe('stuck', () => never)
      const targets = targetsOf(host, 'quick', 'stuck')
      const statuses = await sender.send(messageOf('x'), targets, IMPATIENT)
      expect(Object.fromEntries(statuses)).toEqual({ quick: 'DELIVERED', stuck: 'PENDING' })
      endHandler()
    })

    test('tries a handler that fails again until it succeeds', async () => {
      const sender = await connect({})
      const host = await connect({ gatewayName: 'orders' })
      let calls = 0
      await host.subscribe('a', async () => {
        calls += 1
        if (calls < 3) throw new Error('not yet')
      })
      const statuses = await sender.send(messageOf('x'), targetsOf(host, 'a'), EXACTLY_ONCE)
      expect(statuses.get('a')).toBe('DELIVERED')
      expect(calls).toBe(3)
    })

    test('splits thousands of targets, and all are handled once', async () => {
      const sender = await connect({})
      const host = await connect({ gatewayName: 'orders' })
      const identities = Array.from({ length: 5_000 }, (_, n) => `loadtest-user-${n}`)
      let calls = 0
      await Promise.all(
        identities.map((identity) => host.subscribe(identity, () => void (calls += 1))),
      )
      const targets = targetsOf(host, ...identities)
      const statuses = await sender.send(messageOf('x'), targets, EXACTLY_ONCE)
      expect(statuses.size).toBe(5_000)
      expect(new Set(statuses.values())).toEqual(new Set(['DELIVERED']))
      expect(calls).toBe(5_000)
    })

    test('fails at once for a gateway that messages can not be kept for', async () => {
      const sender = await connect({})
      const host = await connect()
      const targets = [...targetsOf(host, 'a'), { identity: 'b', gateway: null }]
      const options = { ...EXACTLY_ONCE, timeoutMs: 100_000 }
      const statuses = await sender.send(messageOf('x'), targets, options)
      expect(Object.fromEntries(statuses)).toEqual({ a: 'FAILED', b: 'FAILED' })
    })

    test('can not be asked for longer than a message sent twice is recognised', async () => {
      const sender = await connect({})
      const sending = sender.send(messageOf('x'), targetsOf(sender, 'a'), {
        ...EXACTLY_ONCE,
        timeoutMs: 121_000,
      })
      await expect(sending).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('120000'),
      })
    })

    test.each([
      { what: 'a name with a dot', durability: { gatewayName: 'a.b' } },
      { what: 'an empty name', durability: { gatewayName: '' } },
      { what: 'no retention', durability: { retentionMs: 0 } },
      { what: 'a retention that is no number', durability: { retentionMs: Number.NaN } },
    ])('with $what is an invalid argument', async ({ durability }) => {
      await expect(connect(durability)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    })
  })
}
