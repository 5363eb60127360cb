import { getEventListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { ConnectMessenger } from './connect-messenger.ts'
import type {
  DeliveryReport,
  DeliveryTarget,
  Messenger,
  OutgoingMessage,
  SendOptions,
} from '../messenger.ts'

const UNHURRIED: SendOptions = { delivery: 'at-most-once', timeoutMs: 600_000, receipts: true }

function message(): OutgoingMessage {
  return { id: crypto.randomUUID(), payload: new Uint8Array(1) }
}

/** The contract of all messengers for aborted sends. */
export function describeAbortedSend(name: string, prepare: () => ConnectMessenger): void {
  describe(`${name}, cancelled`, () => {
    const opened: Messenger[] = []
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((messenger) => messenger.close()))
    })
    /** A sender, and a host of `quick` and of `slow`, whose handler ends when it is released. */
    const openPair = async () => {
      const connect = prepare()
      const [sender, host] = [await connect(), await connect()]
      opened.push(sender, host)
      const received: string[] = []
      const release = Promise.withResolvers<void>()
      const begun = Promise.withResolvers<void>()
      await host.subscribe('quick', ({ identity }) => void received.push(identity))
      await host.subscribe('slow', ({ identity }) => {
        received.push(identity)
        begun.resolve()
        return release.promise
      })
      // Each by its own subject, so one receipt doesn't wait for the other.
      const targets = (...identities: string[]): DeliveryTarget[] =>
        identities.map((identity) => ({ identity, gateway: null }))
      return { sender, targets, received, release, begun: begun.promise }
    }

    test.each(['at-most-once', 'at-least-once'] as const)(
      'rejects with the reason while it waits for a receipt, and reports the outcome so far (%s)',
      async (delivery) => {
        const { sender, targets, received, release, begun } = await openPair()
        const { signal, abort } = abortable()
        const reports: DeliveryReport[] = []
        const options = { ...UNHURRIED, delivery, signal, onAborted: reports.push.bind(reports) }
        const sending = sender.send(message(), targets('quick', 'slow'), options)
        const outcome = expect(sending).rejects.toThrow('given up')
        await begun
        await delay(50)
        abort()
        await outcome
        expect(reports.map((report) => Object.fromEntries(report))).toEqual([
          { quick: 'DELIVERED', slow: 'TIMEOUT' },
        ])
        expect(getEventListeners(signal, 'abort')).toEqual([])
        // At-least-once would resend to a handler that failed or never ended.
        release.resolve()
        await delay(300)
        expect(received.toSorted()).toEqual(['quick', 'slow'])
      },
    )

    test('sends nothing if its signal is already aborted', async () => {
      const { sender, targets, received } = await openPair()
      const signal = AbortSignal.abort(new Error('given up'))
      const sending = sender.send(message(), targets('quick'), { ...UNHURRIED, signal })
      await expect(sending).rejects.toThrow('given up')
      await sender.send(message(), targets('quick'), UNHURRIED)
      expect(received).toEqual(['quick'])
    })

    test('stops sending to a target without a subscriber', async () => {
      const { sender, targets } = await openPair()
      const { signal, abort } = abortable()
      let lookUps = 0
      const lookUp = async (): Promise<readonly DeliveryTarget[]> => {
        lookUps++
        return targets('nobody')
      }
      const options: SendOptions = { ...UNHURRIED, delivery: 'at-least-once', signal, lookUp }
      const sending = sender.send(message(), targets('nobody'), options)
      const outcome = expect(sending).rejects.toThrow('given up')
      await expect.poll(() => lookUps).toBeGreaterThan(0)
      abort()
      await outcome
      const then = lookUps
      await delay(700)
      expect(lookUps).toBe(then)
    })

    test('does not wait for a look-up that never ends', async () => {
      const { sender, targets } = await openPair()
      const { signal, abort } = abortable()
      const asked = Promise.withResolvers<void>()
      const lookUp = (): Promise<never> => {
        asked.resolve()
        return new Promise(() => {})
      }
      const options: SendOptions = { ...UNHURRIED, delivery: 'at-least-once', signal, lookUp }
      const sending = sender.send(message(), targets('nobody'), options)
      const outcome = expect(sending).rejects.toThrow('given up')
      await asked.promise
      abort()
      await outcome
    })

    test('works normally if its signal is never aborted, and leaves no listener on it', async () => {
      const { sender, targets } = await openPair()
      const { signal } = abortable()
      for (const receipts of [true, false]) {
        const options = { ...UNHURRIED, receipts, signal }
        const statuses = await sender.send(message(), targets('quick'), options)
        expect(statuses.get('quick')).toBe(receipts ? 'DELIVERED' : 'PENDING')
      }
      expect(getEventListeners(signal, 'abort')).toEqual([])
    })
  })
}

function abortable(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort(new Error('given up')) }
}
