import { setTimeout as delay } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { missingPrograms } from '../../../environment/programs.ts'
import { decodeReceipt } from '../receipt.ts'
import { forEachNumber } from '../../targets/ranges.ts'
import {
  connect,
  connectAnyone,
  durableProcesses,
  EXACTLY_ONCE,
  IMPATIENT,
  messageOf,
  startServer,
  SUBJECTS,
  targetsOf,
} from '../testing/durable-nats.ts'

const missing = missingPrograms()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

/** Follows the records of durable gateways for messages with this many recipients. */
async function followRecords(url: string, recipients: number) {
  const nats = await connectAnyone(url)
  const positions: number[] = []
  let bytes = 0
  nats.subscribe(SUBJECTS.progress('*', '*'), {
    callback: (error, message) => {
      if (error) return
      bytes += message.data.length
      const receipt = decodeReceipt(message.data, recipients)
      if (receipt) forEachNumber(receipt.handled, (position) => positions.push(position))
    },
  })
  await nats.flush()
  return { positions, bytes: () => bytes }
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `user-${n}`)
}

describe('the progress of an exactly-once message', () => {
  test('is recorded during the hand-out: after a crash, no recipient on record repeats', async () => {
    const { url } = await startServer()
    const identities = numbered(400)
    const records = await followRecords(url, identities.length)
    const processes = durableProcesses(url, 'user-*')
    const first = await processes.start()
    const sender = await connect(url, {})
    const message = messageOf('spin 10')
    const sending = sender.send(message, targetsOf(first, ...identities), {
      ...EXACTLY_ONCE,
      timeoutMs: 60_000,
    })
    await expect.poll(() => records.positions.length).toBeGreaterThan(50)
    await first.kill()
    await delay(200)
    const onRecord = records.positions.map((position) => identities[position])
    const before = processes.handled()
    expect(before.length).toBeLessThan(identities.length)

    await processes.start()
    const statuses = await sending
    expect(new Set(statuses.values())).toEqual(new Set(['DELIVERED']))
    const times = new Map<string, number>()
    for (const line of processes.handled()) {
      const [identity = ''] = line.split(' ')
      times.set(identity, (times.get(identity) ?? 0) + 1)
    }
    expect([...times.keys()].sort()).toEqual([...identities].sort())
    expect(onRecord.filter((identity) => times.get(identity ?? '') !== 1)).toEqual([])
  })

  test('is recorded incrementally', async () => {
    const { url } = await startServer()
    const identities = numbered(1_000)
    const records = await followRecords(url, identities.length)
    const host = await connect(url, { gatewayName: 'orders' })
    // Unordered, so ranges don't shorten it.
    await host.subscribeMatching('*', ({ identity }) =>
      delay((Number(identity.slice(5)) * 7) % 1_000),
    )
    const sender = await connect(url, {})
    const targets = targetsOf(host, ...identities)
    const statuses = await sender.send(messageOf('x'), targets, EXACTLY_ONCE)
    expect(new Set(statuses.values())).toEqual(new Set(['DELIVERED']))
    expect(records.positions.length).toBeGreaterThan(0)
    expect(new Set(records.positions).size).toBe(records.positions.length)
    expect(records.bytes()).toBeLessThan(64 * identities.length)
  })

  test('is not recorded for a message that is done in one turn', async () => {
    const { url } = await startServer()
    const records = await followRecords(url, 1)
    const host = await connect(url, { gatewayName: 'orders' })
    await host.subscribe('a', () => delay(50))
    const sender = await connect(url, {})
    await sender.send(messageOf('x'), targetsOf(host, 'a'), EXACTLY_ONCE)
    expect(records.bytes()).toBe(0)
  })
})

describe('a message sent again by its id', () => {
  test('is not handled again by recipients that had handled it before the gateway was killed', async () => {
    const { url } = await startServer()
    const processes = durableProcesses(url, 'user-*')
    const first = await processes.start()
    const message = { ...messageOf('0'), repeatable: true }
    const identities = numbered(50)
    const even = identities.filter((_, n) => n % 2 === 0)
    const sender = await connect(url, {})
    const early = await sender.send(message, targetsOf(first, 'nobody', ...even), IMPATIENT)
    expect(early.get('nobody')).toBe('PENDING')
    expect([...early.values()].filter((status) => status === 'DELIVERED')).toHaveLength(25)
    await first.kill()
    await sender.close()

    const second = await processes.start()
    const other = await connect(url, {})
    const late = await other.send(message, targetsOf(second, ...identities), EXACTLY_ONCE)
    expect(new Set(late.values())).toEqual(new Set(['DELIVERED']))
    const expected = identities.map((identity) => `${identity} ${message.id}`).sort()
    expect(processes.handled()).toEqual(expected)
  })
})
