import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DurabilityOptions } from '../durability-options.ts'
import type { Messenger, OutgoingMessage, SendOptions } from '../messenger.ts'
import { Warnings } from '../warnings.ts'

/** Connects a messenger; all messengers of one test reach each other. */
export type ConnectDurableMessenger = (
  durability?: DurabilityOptions,
  warnings?: Warnings,
) => Promise<Messenger>

/** A message with a caller-chosen id, so another call can resend it. */
function repeatable(text: string): OutgoingMessage {
  return { ...messageOf(text), repeatable: true }
}

const EXACTLY_ONCE: SendOptions = { delivery: 'exactly-once', timeoutMs: 10_000, receipts: true }
const IMPATIENT: SendOptions = { ...EXACTLY_ONCE, timeoutMs: 400 }

function messageOf(text: string) {
  return { id: crypto.randomUUID(), payload: new TextEncoder().encode(text) }
}

function targetsOf({ gateway }: Pick<Messenger, 'gateway'>, ...identities: string[]) {
  return identities.map((identity) => ({ identity, gateway }))
}

/** The contract of all messengers with a durability slot, in addition to `describeMessenger`. */
export function describeDurability(
  name: string,
  prepare: () => Promise<ConnectDurableMessenger>,
): void {
  describe(`${name}, exactly-once`, () => {
    let connectMessenger: ConnectDurableMessenger
    const opened: Messenger[] = []
    beforeEach(async () => {
      connectMessenger = await prepare()
    })
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((messenger) => messenger.close()))
    })
    const connect = async (
      durability?: DurabilityOptions,
      warnings?: Warnings,
    ): Promise<Messenger> => {
      const messenger = await connectMessenger(durability, warnings)
      opened.push(messenger)
      return messenger
    }

    test('keeps stored messages when cancelled, and they are handled once', async () => {
      const sender = await connect({})
      const host = await connect({ gatewayName: 'orders' })
      const failed = Promise.withResolvers<void>()
      let calls = 0
      await host.subscribe('a', () => {
        calls++
        if (calls > 1) return
        failed.resolve()
        throw new Error('not yet')
      })
      const controller = new AbortController()
      const options = { ...EXACTLY_ONCE, signal: controller.signal }
      const sending = sender.send(messageOf('x'), targetsOf(host, 'a'), options)
      const outcome = expect(sending).rejects.toThrow('given up')
      await failed.promise
      controller.abort(new Error('given up'))
      await outcome
      await expect.poll(() => calls, { timeout: 10_000 }).toBe(2)
    })

    test('delivers to each identity once, and the gateway address never changes', async () => {
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

    test('handles a message once even if it is resent with its id', async () => {
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

    test('stores messages while the gateway is away and repeats none afterwards', async () => {
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

    test('stores a message for an identity that is not yet subscribed, without repeating others', async () => {
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

    test('sends receipts for finished handlers although another handler does not end', async () => {
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

    test('retries a failing handler until it succeeds', async () => {
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

    test('splits thousands of targets, each handled once', async () => {
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

    test('fails at once for a gateway that is not durable', async () => {
      const sender = await connect({})
      const host = await connect()
      const targets = [...targetsOf(host, 'a'), { identity: 'b', gateway: null }]
      const options = { ...EXACTLY_ONCE, timeoutMs: 100_000 }
      const statuses = await sender.send(messageOf('x'), targets, options)
      expect(Object.fromEntries(statuses)).toEqual({ a: 'FAILED', b: 'FAILED' })
    })

    test('sends nothing to a gateway of another namespace, and warns', async () => {
      const warnings = new Warnings(() => {})
      const sender = await connect({}, warnings)
      const targets = targetsOf({ gateway: 'payments.execute' }, 'a', 'b')
      const statuses = await sender.send(messageOf('x'), targets, EXACTLY_ONCE)
      expect(Object.fromEntries(statuses)).toEqual({ a: 'FAILED', b: 'FAILED' })
      expect([...warnings.counts]).toEqual([['FOREIGN_GATEWAY', 1]])
    })

    test('has a timeout limited to the duplicate window', async () => {
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

    test('waits for running handlers when it closes and repeats none of them', async () => {
      const sender = await connect({})
      const host = await connect({ gatewayName: 'orders' })
      const started = Promise.withResolvers<void>()
      const received: string[] = []
      await host.subscribe('a', async ({ id }) => {
        started.resolve()
        await delay(200)
        received.push(id)
      })
      const message = messageOf('x')
      const sending = sender.send(message, targetsOf(host, 'a'), EXACTLY_ONCE)
      await started.promise
      await host.close()
      expect((await sending).get('a')).toBe('DELIVERED')
      const next = await connect({ gatewayName: 'orders' })
      await next.subscribe('a', ({ id }) => void received.push(id))
      const marker = messageOf('marker')
      await sender.send(marker, targetsOf(next, 'a'), EXACTLY_ONCE)
      expect(received).toEqual([message.id, marker.id])
    })

    test('delivers to others although one recipient handles none of its messages', async () => {
      const sender = await connect({})
      const host = await connect({ gatewayName: 'orders' })
      await host.subscribe('good', () => {})
      await host.subscribe('bad', () => {
        throw new Error('never')
      })
      await Promise.all(
        Array.from({ length: 100 }, () =>
          sender.send(messageOf('x'), targetsOf(host, 'bad'), IMPATIENT),
        ),
      )
      const statuses = await sender.send(messageOf('x'), targetsOf(host, 'good'), EXACTLY_ONCE)
      expect(statuses.get('good')).toBe('DELIVERED')
    })

    describe('a message that is resent with its id', () => {
      test('goes to recipients that have not handled it, and the others are DELIVERED', async () => {
        const host = await connect({ gatewayName: 'orders' })
        const received: string[] = []
        const note = ({ identity }: { identity: string }): void => void received.push(identity)
        for (const identity of ['a', 'c', 'e']) await host.subscribe(identity, note)
        const message = repeatable('x')
        const first = await connect({})
        const early = await first.send(message, targetsOf(host, 'a', 'b', 'c'), IMPATIENT)
        expect(Object.fromEntries(early)).toEqual({ a: 'DELIVERED', b: 'PENDING', c: 'DELIVERED' })
        await first.close()

        await host.subscribe('b', note)
        const second = await connect({})
        const targets = targetsOf(host, 'e', 'c', 'b', 'a')
        const late = await second.send(message, targets, EXACTLY_ONCE)
        expect(new Set(late.values())).toEqual(new Set(['DELIVERED']))
        expect(late.size).toBe(4)
        expect(received.sort()).toEqual(['a', 'b', 'c', 'e'])
      })

      test('is recognised by a restarted gateway', async () => {
        const sender = await connect({})
        const before = await connect({ gatewayName: 'orders' })
        const received: string[] = []
        const note = ({ identity }: { identity: string }): void => void received.push(identity)
        const identities = Array.from({ length: 3_000 }, (_, n) => `user-${n}`)
        await before.subscribeMatching('user-*', note)
        const message = repeatable('x')
        const half = identities.filter((_, n) => n % 2 === 0)
        await sender.send(message, targetsOf(before, ...half), EXACTLY_ONCE)
        expect(received).toHaveLength(1_500)
        await before.close()

        const after = await connect({ gatewayName: 'orders' })
        await after.subscribeMatching('user-*', note)
        const statuses = await sender.send(message, targetsOf(after, ...identities), EXACTLY_ONCE)
        expect(statuses.size).toBe(3_000)
        expect(new Set(statuses.values())).toEqual(new Set(['DELIVERED']))
        expect(received.sort()).toEqual(identities.sort())
      })

      test('is DELIVERED to a recipient that has handled it and is no longer hosted', async () => {
        const sender = await connect({})
        const host = await connect({ gatewayName: 'orders' })
        const subscription = await host.subscribe('a', () => {})
        const message = repeatable('x')
        await sender.send(message, targetsOf(host, 'a'), EXACTLY_ONCE)
        await subscription.unsubscribe()
        await host.close()
        const after = await connect({ gatewayName: 'orders' })
        const again = await sender.send(message, targetsOf(after, 'a'), EXACTLY_ONCE)
        expect(again.get('a')).toBe('DELIVERED')
      })

      test('is not handled again by a recipient that has moved to another gateway', async () => {
        const sender = await connect({})
        const message = repeatable('x')
        const received: string[] = []
        for (const gatewayName of ['orders', 'bills', 'orders']) {
          const host = await connect({ gatewayName })
          await host.subscribe('a', ({ identity }) => void received.push(identity))
          const statuses = await sender.send(message, targetsOf(host, 'a'), EXACTLY_ONCE)
          expect(statuses.get('a')).toBe('DELIVERED')
          await host.close()
        }
        expect(received).toEqual(['a'])
      })

      test('is handled once per recipient if two calls send it concurrently', async () => {
        const host = await connect({ gatewayName: 'orders' })
        const calls = new Map<string, number>()
        await host.subscribeMatching('*', async ({ identity }) => {
          calls.set(identity, (calls.get(identity) ?? 0) + 1)
          await delay(20)
        })
        const senders = [await connect({}), await connect({})]
        const message = repeatable('x')
        const results = await Promise.all(
          senders.map((sender, index) =>
            sender.send(message, targetsOf(host, 'a', 'b', `only-${index}`), EXACTLY_ONCE),
          ),
        )
        for (const statuses of results) {
          expect(new Set(statuses.values())).toEqual(new Set(['DELIVERED']))
        }
        const once = { a: 1, b: 1, 'only-0': 1, 'only-1': 1 }
        expect(Object.fromEntries(calls)).toEqual(once)
      })
    })

    describe('the retention', () => {
      test('is set by the first registry to connect', async () => {
        await connect({ retentionMs: 5_000 })
        const adopting = await connect({})
        await connect({ retentionMs: 5_000 })
        const sending = adopting.send(messageOf('x'), targetsOf(adopting, 'a'), {
          ...EXACTLY_ONCE,
          timeoutMs: 5_001,
        })
        await expect(sending).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
          message: expect.stringContaining('at most 5000 ms'),
        })
      })

      test.each([1_000, 604_800_000])('cannot be changed to %d ms by connecting', async (other) => {
        const keeper = await connect({ gatewayName: 'orders', retentionMs: 60_000 })
        const stored = await keeper.send(messageOf('x'), targetsOf(keeper, 'a'), IMPATIENT)
        expect(stored.get('a')).toBe('PENDING')
        await expect(connect({ retentionMs: other })).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
          message: expect.stringMatching(new RegExp(`${other}.* 60000 ms.*Leave retentionMs out`)),
        })
        const received = Promise.withResolvers<string>()
        await keeper.subscribe('a', ({ id }) => received.resolve(id))
        await expect(received.promise).resolves.toBeTypeOf('string')
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
