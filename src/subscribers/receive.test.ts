import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { missingPrograms, startNatsProgram } from '../environment/programs.ts'
import type { SendOptions } from '../registry/messenger.ts'
import { connectNatsMessenger } from '../registry/nats/nats-messenger.ts'
import { checkReceiving, receive, type ReceivingEvent } from './receive.ts'
import { renderReceiving } from './render-receiving.ts'

const AT_MOST_ONCE: SendOptions = { delivery: 'at-most-once', timeoutMs: 2_000, receipts: true }
const missing = missingPrograms()

/** Receives in this process; `end` is what Ctrl-C does. */
function startReceiving(url: string, pattern: string) {
  const ending = new AbortController()
  const events: ReceivingEvent[] = []
  const receiving = { natsUrls: [url], namespace: 'loadtest', pattern }
  const ended = receive(receiving, {
    intervalMs: 20,
    signal: ending.signal,
    onEvent: (event) => events.push(event),
  })
  ended.catch(() => {})
  const end = async () => {
    ending.abort()
    await ended
    return events.at(-1)
  }
  onTestFinished(() => ending.abort())
  const kinds = () => events.map(({ kind }) => kind).filter((kind) => kind !== 'interval')
  return { events, kinds, end, ended }
}

async function startServer(port?: number) {
  const server = await startNatsProgram(port === undefined ? {} : { port })
  onTestFinished(() => server.stop())
  return server
}

/** Sends a message to each of these, by the gateway named or by their own subjects; gives their statuses. */
async function sendTo(url: string, identities: readonly string[], gateway: string | null) {
  const messenger = await connectNatsMessenger({ servers: [url], namespace: 'loadtest' })
  try {
    const message = { id: crypto.randomUUID(), payload: new Uint8Array(10) }
    const targets = identities.map((identity) => ({ identity, gateway }))
    return [...(await messenger.send(message, targets, AT_MOST_ONCE)).values()]
  } finally {
    await messenger.close()
  }
}

const IDENTITIES = ['loadtest-user-1', 'loadtest-user-2']

describe('receiving for a namespace', () => {
  beforeEach(({ skip }) => skip(missing !== undefined, missing))

  test('confirms messages to matching identities, and sums up at the end', async () => {
    const { url } = await startServer()
    const { events, kinds, end } = startReceiving(url, 'loadtest-user-*')
    await expect.poll(kinds).toEqual(['ready'])
    const [ready] = events
    if (ready?.kind !== 'ready') throw new Error('not ready')
    expect(await sendTo(url, IDENTITIES, ready.gateway)).toEqual(['DELIVERED', 'DELIVERED'])
    expect(await sendTo(url, IDENTITIES, null)).toEqual(['DELIVERED', 'DELIVERED'])
    expect(await sendTo(url, ['lamp'], ready.gateway)).toEqual(['FAILED'])
    await expect
      .poll(() => events.findLast(({ kind }) => kind === 'interval'))
      .toMatchObject({ messages: 2, receipts: 4, bytes: 40, identities: 2, duplicates: 0 })
    expect(await end()).toMatchObject({ kind: 'summary', messages: 2, receipts: 4, identities: 2 })
    expect(await sendTo(url, IDENTITIES, ready.gateway)).toEqual(['FAILED', 'FAILED'])
    expect(await sendTo(url, IDENTITIES, null)).toEqual(['FAILED', 'FAILED'])
  })

  test('keeps its gateway after a restart, and is found by a check', async () => {
    const { url } = await startServer()
    const check = (pattern: string | null) =>
      checkReceiving({ natsUrls: [url], namespace: 'loadtest', pattern })
    await expect(check(null)).rejects.toThrow(/No subscribers .* "loadtest" at 127/)
    const gateways: string[] = []
    for (const round of [1, 2]) {
      const { events, end } = startReceiving(url, '*')
      await expect.poll(() => events[0]?.kind).toBe('ready')
      if (events[0]?.kind === 'ready') gateways.push(events[0].gateway)
      expect(await sendTo(url, IDENTITIES, gateways[0] ?? '')).toEqual(['DELIVERED', 'DELIVERED'])
      expect(await check(null)).toBe(1)
      await expect(check(`other-${round}`)).rejects.toThrow(/with the pattern "other/)
      await end()
    }
    expect(gateways[0]).toBe(gateways[1])
  })

  test('survives a restart of NATS, and reports it', async () => {
    const server = await startServer()
    const { kinds, end } = startReceiving(server.url, '*')
    await expect.poll(kinds).toEqual(['ready'])
    await server.stop()
    await expect.poll(kinds).toEqual(['ready', 'lost'])
    await startServer(server.port)
    await expect.poll(kinds).toEqual(['ready', 'lost', 'back'])
    await expect
      .poll(() => sendTo(server.url, IDENTITIES, null))
      .toEqual(['DELIVERED', 'DELIVERED'])
    expect(await end()).toMatchObject({ kind: 'summary', identities: 2 })
  })

  test('fails at once with advice if NATS is unreachable', async () => {
    const { ended } = startReceiving('nats://127.0.0.1:1', '*')
    await expect(ended).rejects.toThrow(/127\.0\.0\.1:1 .*Start nats-server there/)
    await expect(ended).rejects.toMatchObject({ name: 'EnvironmentError' })
  })
})

test('renders each event as one line', () => {
  const figures = { messages: 1, receipts: 500, duplicates: 0, bytes: 4_500, identities: 500 }
  const server = { gateway: 'g', namespace: 'loadtest', servers: ['localhost:4222'] }
  const events: readonly ReceivingEvent[] = [
    { kind: 'ready', ...server, pattern: 'a-*' },
    { kind: 'ready', ...server, pattern: '*' },
    { kind: 'interval', elapsedMs: 5_000, receiptsPerSecond: 1_234.5, ...figures },
    { kind: 'lost', elapsedMs: 6_000 },
    { kind: 'back', elapsedMs: 7_000 },
    { kind: 'summary', elapsedMs: 8_000, ...figures },
    { ...figures, kind: 'summary', elapsedMs: 8_000, messages: 0, receipts: 0 },
  ]
  expect(events.map(renderReceiving)).toEqual([
    'receiving for the identities "a-*" of the namespace "loadtest" at localhost:4222; Ctrl-C ends it',
    'receiving for all identities of the namespace "loadtest" at localhost:4222; Ctrl-C ends it',
    '  5.0 s   1 message   500 receipts   4.5 kB   500 identities   0 duplicates   1,235 receipts/s',
    '  6.0 s   the connection to NATS is lost; reconnecting',
    '  7.0 s   connected to NATS again',
    'received 1 message, 500 receipts, 4.5 kB, 500 identities, 0 duplicates in 8.0 s',
    'received nothing in 8.0 s',
  ])
})
