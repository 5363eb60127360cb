import { describe, expect, test } from 'vitest'
import { HostedSubscribers } from '../hosted-subscribers.ts'
import { HandledMessages } from './handled-messages.ts'
import { Mailbox } from './mailbox.ts'

const RETENTION_MS = 60_000

function messageOf(id: string) {
  return { id, payload: new Uint8Array(1) }
}

describe('a mailbox', () => {
  test('hands out an open message once, however many calls wait for it', async () => {
    const mailbox = new Mailbox(RETENTION_MS, new HandledMessages(RETENTION_MS))
    const subscribers = new HostedSubscribers()
    const calls: string[] = []
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    subscribers.add('quick', { handler: ({ identity }) => void calls.push(identity) })
    subscribers.add('slow', {
      handler: ({ identity }) => {
        calls.push(identity)
        return ended
      },
    })
    mailbox.serve(subscribers)
    const told: string[] = []
    for (const call of [1, 2]) {
      mailbox.keep(messageOf('m'), ['quick', 'slow'], (identity) =>
        told.push(`${identity} ${call}`),
      )
    }
    expect(told).toEqual(['quick 1', 'quick 2'])
    end()
    await expect.poll(() => told).toEqual(['quick 1', 'quick 2', 'slow 1', 'slow 2'])
    expect(calls).toEqual(['quick', 'slow'])
  })

  test('hands all waiting messages to the next gateway that serves it', () => {
    const mailbox = new Mailbox(RETENTION_MS, new HandledMessages(RETENTION_MS))
    const told: string[] = []
    for (const id of ['1', '2', '3']) {
      mailbox.keep(messageOf(id), ['a'], () => told.push(id))
    }
    const subscribers = new HostedSubscribers()
    subscribers.add('a', { handler: () => {} })
    mailbox.serve(subscribers)
    expect(told).toEqual(['1', '2', '3'])
  })

  test('keeps nothing beyond the retention', () => {
    const mailbox = new Mailbox(0, new HandledMessages(0))
    const told: string[] = []
    mailbox.keep(messageOf('1'), ['a'], () => told.push('1'))
    const subscribers = new HostedSubscribers()
    subscribers.add('a', { handler: () => {} })
    mailbox.serve(subscribers)
    expect(told).toEqual([])
  })
})
