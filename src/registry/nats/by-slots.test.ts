import { beforeEach, describe, expect, test } from 'vitest'
import { missingPrograms } from '../../environment/programs.ts'
import type { SendOptions } from '../messenger.ts'
import { NameTables } from '../targets/name-tables.ts'
import { TABLE_SLOTS } from '../targets/name-table.ts'
import {
  connectTo,
  Counts,
  identitiesOf,
  messageOf,
  send,
  startHeld,
  startServer,
} from './testing/held-host.ts'

const AT_MOST_ONCE: SendOptions = { delivery: 'at-most-once', timeoutMs: 30_000, receipts: true }
const missing = missingPrograms()

beforeEach(({ skip }) => skip(missing !== undefined, missing))

describe('a gateway that holds the names of its subscribers', () => {
  test('receives one small message for thousands of them, and each handler runs once', async () => {
    const { sender, tables, counts, heard } = await startHeld(3_000)
    tables.remove('id-7')
    tables.remove('id-2000')
    expect(await send(sender, tables)).toEqual({ DELIVERED: 2_998 })
    expect(await heard()).toBe('3')
    expect(counts.take()).toEqual({ 1: 2_998 })
  })

  test('receives only new names by name', async () => {
    const { host, sender, tables, counts, heard } = await startHeld(3_000)
    await host.subscribe(['new-1', 'new-2'], counts.handler)
    for (const name of ['new-1', 'new-2']) tables.put(name, host.gateway)
    expect(await send(sender, tables)).toEqual({ DELIVERED: 3_002 })
    expect(await heard()).toBe('32')
    expect(await send(sender, tables)).toEqual({ DELIVERED: 3_002 })
    expect(await heard()).toBe('3')
    expect(counts.take()).toEqual({ 2: 3_002 })
  })

  test("reports each target's own status: unsubscribed, throwing, rejecting, resubscribed", async () => {
    const { host, sender, tables, counts } = await startHeld(1_000)
    const own = await host.subscribe('id-1', counts.handler)
    await own.unsubscribe()
    await host.subscribe('id-2', () => {
      throw new Error('no')
    })
    await host.subscribe('id-3', async () => {
      throw new Error('no')
    })
    await host.subscribe('id-4', async () => {})
    const report = await sender.send(messageOf(), tables.all(), AT_MOST_ONCE)
    const shown = ['id-1', 'id-2', 'id-3', 'id-4', 'id-5'].map((each) => report.get(each))
    expect(shown).toEqual(['FAILED', 'FAILED', 'FAILED', 'DELIVERED', 'DELIVERED'])
    expect(report.counts).toMatchObject({ DELIVERED: 997, FAILED: 3 })
    await host.subscribe(['id-1', 'id-2', 'id-3'], counts.handler)
    expect(await send(sender, tables)).toEqual({ DELIVERED: 1_000 })
    expect(counts.take()).toEqual({ 1: 3, 2: 996 })
  })

  test('receives names again after its process was replaced, and no identity gets a message twice', async () => {
    const { sender, tables, counts, heard, restart } = await startHeld(3_000)
    await restart()
    expect(await send(sender, tables)).toEqual({ DELIVERED: 3_000 })
    expect(await heard()).toMatch(/^32+$/)
    for (let round = 0; round < 3; round += 1) {
      expect(await send(sender, tables)).toEqual({ DELIVERED: 3_000 })
    }
    expect(counts.take()).toEqual({ 4: 3_000 })
  })

  test('receives messages without receipts after its process was replaced', async () => {
    const { sender, tables, counts, restart } = await startHeld(1_000)
    const host = await restart()
    expect(await send(sender, tables, { receipts: false })).toEqual({ PENDING: 1_000 })
    // Later messages are handled later.
    await sender.send(messageOf(), [{ identity: 'id-0', gateway: host.gateway }], AT_MOST_ONCE)
    expect(counts.take()).toEqual({ 1: 999, 2: 1 })
  })

  test('runs no handler twice for a multicast when it restarts in between', async () => {
    const { sender, tables, identities, restart, url } = await startHeld(500)
    const seen = new Map<string, Set<string>>()
    let twice = 0
    const host = await restart()
    const handler = ({
      id,
      identity,
    }: {
      readonly id: string
      readonly identity: string
    }): void => {
      const known = seen.get(id) ?? new Set()
      seen.set(id, known)
      if (known.size === known.add(identity).size) twice += 1
    }
    await host.subscribe(identities, handler)
    const first = Promise.all(Array.from({ length: 40 }, () => send(sender, tables)))
    const next = await connectTo(url, 'host')
    await next.subscribe(identities, handler)
    const second = Promise.all(Array.from({ length: 40 }, () => send(sender, tables)))
    await host.close()
    const third = Promise.all(Array.from({ length: 40 }, () => send(sender, tables)))
    const all = { DELIVERED: 500 }
    for (const results of [await second, await third]) {
      expect(results).toEqual(Array.from({ length: 40 }, () => all))
    }
    expect(twice).toBe(0)
    // The next host receives for the gateway from its start, and refuses names until it has subscribed.
    const early = await first
    const delivered = early.reduce((total, { DELIVERED = 0 }) => total + DELIVERED, 0)
    const refused = early.reduce((total, { FAILED = 0 }) => total + FAILED, 0)
    expect(delivered + refused).toBe(40 * 500)
    const handled = [...seen.values()].map(({ size }) => size)
    expect(handled.reduce((a, b) => a + b)).toBe(delivered + 80 * 500)
  })
})

test('more names than fit in a table, at several gateways and at none, are all reached', async () => {
  const { url } = await startServer()
  const counts = new Counts()
  const hosts = await Promise.all(['a', 'b', 'c'].map((name) => connectTo(url, name)))
  const sender = await connectTo(url)
  const tables = new NameTables()
  const sizes = [TABLE_SLOTS + 1_000, 300, 1]
  for (const [at, host] of hosts.entries()) {
    const identities = identitiesOf(sizes[at] ?? 0, host.gateway.split('.').at(-1))
    await host.subscribe(identities, counts.handler)
    for (const identity of identities) tables.put(identity, host.gateway)
  }
  for (const identity of identitiesOf(50, 'alone')) {
    await hosts[0]?.subscribe(identity, counts.handler)
    tables.put(identity, null)
  }
  tables.put('nobody', null)
  const DELIVERED = TABLE_SLOTS + 1_351
  for (let round = 0; round < 4; round += 1) {
    expect(await send(sender, tables)).toEqual({ DELIVERED, FAILED: 1 })
  }
  expect(counts.take()).toEqual({ 4: DELIVERED })
})

describe('an identity that moves to another gateway', () => {
  test('is reached there and no longer at the first one', async () => {
    const { url, sender, tables, counts } = await startHeld(1_000)
    const other = await connectTo(url)
    const own = new Counts()
    await other.subscribe('id-7', own.handler)
    tables.put('id-7', other.gateway)
    for (let round = 0; round < 3; round += 1) {
      expect(await send(sender, tables)).toEqual({ DELIVERED: 1_000 })
    }
    expect(counts.take()).toEqual({ 3: 999 })
    expect(own.take()).toEqual({ 3: 1 })
  })

  test('during an at-least-once multicast is reached there', async () => {
    const { url, host, sender, tables, counts } = await startHeld(100)
    const other = await connectTo(url)
    const own = new Counts()
    await host.subscribe('id-7', () => {
      throw new Error('on its way')
    })
    await other.subscribe('id-7', own.handler)
    const lookUp: SendOptions['lookUp'] = async (identities) =>
      identities.map((identity) => ({ identity, gateway: other.gateway }))
    const options = { delivery: 'at-least-once', lookUp } as const
    expect(await send(sender, tables, options)).toEqual({ DELIVERED: 100 })
    expect(counts.take()).toEqual({ 1: 99 })
    expect(own.take()).toEqual({ 1: 1 })
  })
})

test('under at-least-once, only the handler that failed is called again', async () => {
  const { host, sender, tables, counts } = await startHeld(1_000)
  let calls = 0
  await host.subscribe('id-1', () => {
    calls += 1
    if (calls === 1) throw new Error('once')
  })
  expect(await send(sender, tables, { delivery: 'at-least-once' })).toEqual({ DELIVERED: 1_000 })
  expect(calls).toBe(2)
  expect(counts.take()).toEqual({ 1: 999 })
})
