import { expect, test } from 'vitest'
import type { DeliveryStatus } from '../../registry/messenger.ts'
import { MessageLedger } from './message-ledger.ts'

const NAMES = ['a', 'b', 'c']

/** A gateway that handled these messages, each by its number and recipient. */
function gateway(handled: readonly (readonly [number: number, identity: string])[], isUp = false) {
  const receipts = handled.map(([number, identity]) => ({
    number,
    intendedAtMs: 0,
    receivedAtMs: 0,
    recipient: NAMES.indexOf(identity),
  }))
  return {
    isUp,
    journal: { read: (from: number) => receipts.slice(from) },
    recipientOf: (identity: string) => (NAMES.includes(identity) ? NAMES.indexOf(identity) : null),
    identityOf: (recipient: number) => NAMES[recipient] ?? '',
  }
}

function statuses(given: Readonly<Record<string, DeliveryStatus>>) {
  return new Map(Object.entries(given))
}

const message = (number: number) => ({ number, isWarmUp: false })

test('what was delivered must have been handled', async () => {
  const ledger = new MessageLedger(gateway([[0, 'a']]), 'at-most-once')
  ledger.note(message(0), statuses({ a: 'DELIVERED', b: 'DELIVERED', c: 'TIMEOUT' }))
  expect(await ledger.losses()).toEqual({
    kind: 'known',
    of: 'messages',
    promised: 2,
    lost: 1,
    duplicates: 0,
    examples: ['message 0 to b'],
  })
})

test('a message that is only kept by the broker is a promise under exactly-once alone', async () => {
  for (const [delivery, promised] of [
    ['at-most-once', 0],
    ['exactly-once', 1],
  ] as const) {
    const ledger = new MessageLedger(gateway([[7, 'c']]), delivery)
    ledger.note(message(7), statuses({ c: 'PENDING' }))
    expect(await ledger.losses()).toMatchObject({ promised, lost: 0 })
  }
})

test('messages that may be kept for a gateway that is down are neither lost nor delivered', async () => {
  const ledger = new MessageLedger(gateway([]), 'exactly-once')
  ledger.note(message(0), statuses({ a: 'PENDING', b: 'DELIVERED' }))
  expect(await ledger.losses()).toEqual({
    kind: 'unknown',
    reason: 'the gateway is down, and 2 promised messages may be kept for it',
  })
})

test('a message that is handled twice is a duplicate, unless the guarantee permits it', async () => {
  const twice = gateway([
    [0, 'a'],
    [0, 'b'],
    [0, 'a'],
    [1, 'a'],
  ])
  for (const [delivery, duplicates] of [
    ['exactly-once', 1],
    ['at-most-once', 1],
    ['at-least-once', null],
  ] as const) {
    const ledger = new MessageLedger(twice, delivery)
    ledger.note(message(0), statuses({ a: 'DELIVERED', b: 'DELIVERED' }))
    expect(await ledger.losses()).toMatchObject({ promised: 2, lost: 0, duplicates })
  }
})

test('waits for a message that is handled late, while the gateway runs', async () => {
  let asked = 0
  const late = {
    ...gateway([], true),
    journal: {
      read: () =>
        ++asked === 3 ? [{ number: 0, intendedAtMs: 0, receivedAtMs: 0, recipient: 1 }] : [],
    },
  }
  const ledger = new MessageLedger(late, 'exactly-once')
  ledger.note(message(0), statuses({ b: 'PENDING' }))
  expect(await ledger.losses()).toMatchObject({ promised: 1, lost: 0 })
})

test('messages of the warm-up, and recipients of other shards, are not counted', async () => {
  const ledger = new MessageLedger(gateway([]), 'at-most-once')
  ledger.note({ number: 0, isWarmUp: true }, statuses({ a: 'DELIVERED' }))
  ledger.note(message(1), statuses({ elsewhere: 'DELIVERED' }))
  expect(await ledger.losses()).toMatchObject({ promised: 0, lost: 0 })
})

test('more messages than are remembered make the losses unknown', async () => {
  const ledger = new MessageLedger(gateway([]), 'at-most-once', 1)
  for (const number of [0, 1]) ledger.note(message(number), statuses({ a: 'TIMEOUT' }))
  expect(await ledger.losses()).toMatchObject({ kind: 'unknown' })
})
