import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EventLoopBudget } from '../event-loop-budget.ts'
import { lanesOf } from '../lanes.ts'
import { NameTables } from '../targets/name-tables.ts'
import { forEachNumber, type Ranges, rangesOf } from '../targets/ranges.ts'
import { numberOf, TargetSet } from '../targets/target-set.ts'
import { HeldNames } from './held-names.ts'
import { type NextMessage, NextMessages } from './next-messages.ts'
import { decodeSlotsMessage } from './slots-message.ts'
import { Subjects } from './subjects.ts'
import { decodeGatewayMessage, gatewayHeaders, headerBytes, MAX_RECIPIENTS } from './wire.ts'

const subjects = new Subjects('prism.multicast', 'test')
const marks = { id: 'm', resendable: false, repeatable: false }
const GATEWAYS = [subjects.gateway('a'), subjects.gateway('b'), null] as const
/** The server's limit besides the payload and the usual headers, in bytes. */
const room = fc.oneof(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 60_000 }))
const payload = fc.nat({ max: 300 }).map((bytes) => new Uint8Array(bytes).fill(7))

interface Registered {
  readonly identity: string
  readonly gateway: string | null
}

const registered: fc.Arbitrary<Registered[]> = fc.uniqueArray(
  fc.record({
    identity: fc.nat({ max: 500 }).map((at) => `id-${'x'.repeat(at % 11)}-${at}`),
    gateway: fc.constantFrom<string | null>(...GATEWAYS),
  }),
  { selector: ({ identity }) => identity, maxLength: 120 },
)

/** All registered identities; some have left, so slots have gaps. */
function targetsOf(all: readonly Registered[], isGone: (at: number) => boolean): TargetSet {
  const tables = new NameTables()
  for (const { identity, gateway } of all) tables.put(identity, gateway)
  for (const [at, { identity }] of all.entries()) if (isGone(at)) tables.remove(identity)
  return tables.all()
}

function numbersIn(ranges: Ranges): readonly number[] {
  const found: number[] = []
  forEachNumber(ranges, (number) => found.push(number))
  return found
}

/** The messages to all targets, and the targets that no message can reach. */
async function messagesTo(targets: TargetSet, messages: NextMessages, roomBytes: number) {
  const sent: NextMessage[] = []
  const unsendable: number[] = []
  for (const lane of await lanesOf(targets, new EventLoopBudget(1))) {
    for (;;) {
      const next = messages.take(lane, roomBytes)
      if (next === null) break
      if (next.state === 'sendable') sent.push(next)
      else unsendable.push(...numbersIn(next.slots).map((slot) => numberOf(next.part, slot)))
    }
  }
  return { sent, unsendable }
}

/** The recipients of a message as read by a gateway. */
function namesIn(message: NextMessage, targets: TargetSet): readonly (string | undefined)[] {
  const { how, headers, body, subject, slots, part } = message
  const names = targets.parts[part]?.table.names ?? []
  if (how === 'by subject') return [subjects.identityOf(subject) ?? undefined]
  if (how === 'by slot') {
    const decoded = decodeSlotsMessage(headers, body)
    if ('malformed' in decoded) throw new Error(decoded.malformed)
    expect(decoded.table).toEqual({ id: targets.parts[part]?.table.id, slots })
    return numbersIn(decoded.table.slots).map((slot) => names[slot])
  }
  const decoded = decodeGatewayMessage(headers, body)
  if ('malformed' in decoded) throw new Error(decoded.malformed)
  expect(decoded.table).toEqual(message.tells ? { id: targets.parts[part]?.table.id, slots } : null)
  return decoded.recipients
}

describe('the messages of a multicast', () => {
  test("reach every target once within the server's limit, whatever gateways hold", async () => {
    await fc.assert(
      fc.asyncProperty(
        registered,
        payload,
        room,
        fc.array(fc.uniqueArray(fc.nat({ max: 130 }), { minLength: 1 }), { maxLength: 3 }),
        fc.nat({ max: 5 }),
        async (all, bytes, roomBytes, heldByPart, modulus) => {
          const targets = targetsOf(all, (at) => at % (modulus + 2) === 1)
          const held = new HeldNames()
          for (const [part, slots] of heldByPart.entries()) {
            const table = targets.parts[part]?.table
            if (table !== undefined) held.noteHeld(table, rangesOf(slots), 'p')
          }
          const messages = new NextMessages(bytes, marks, subjects, held)
          const { sent, unsendable } = await messagesTo(targets, messages, roomBytes)
          const reached: number[] = []
          for (const message of sent) {
            const numbers = numbersIn(message.slots).map((slot) => numberOf(message.part, slot))
            reached.push(...numbers)
            expect(numbers).toHaveLength(message.count)
            const wanted = numbersIn(message.slots).map(
              (slot) => targets.parts[message.part]?.table.names[slot],
            )
            expect(namesIn(message, targets)).toEqual(wanted)
            if (message.how === 'by subject') continue
            expect(message.subject).toBe(targets.parts[message.part]?.table.gateway)
            const usual = headerBytes(gatewayHeaders(marks, bytes.length, MAX_RECIPIENTS))
            const size = headerBytes(message.headers) + message.body.length
            expect(size).toBeLessThanOrEqual(usual + bytes.length + roomBytes)
          }
          expect([...reached, ...unsendable].sort((a, b) => a - b)).toEqual(
            [...targets].map(({ number }) => number),
          )
          for (const { identity, number } of targets) {
            if (unsendable.includes(number)) expect(identity.length).toBeGreaterThan(roomBytes)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  const many = Array.from({ length: 3_000 }, (_, at) => ({
    identity: `id-${at}`,
    gateway: GATEWAYS[0],
  }))

  test('go by slot where the gateway holds the names, and by name where it does not', async () => {
    const targets = targetsOf(many, () => false)
    const held = new HeldNames()
    const [part] = targets.parts
    if (part !== undefined) held.noteHeld(part.table, [0, 1_999], 'p')
    const messages = new NextMessages(new Uint8Array(5), marks, subjects, held)
    const { sent } = await messagesTo(targets, messages, 1024 * 1024)
    expect(sent.map(({ how }) => how)).toEqual(['by slot', ...sent.slice(1).map(() => 'by name')])
    expect(sent[0]?.slots).toEqual([0, 1_999])
    expect(sent.slice(1).every(({ tells }) => tells)).toBe(true)
  })

  test("include slots even at the server's maximum size", async () => {
    const targets = targetsOf(many, () => false)
    const messages = new NextMessages(new Uint8Array(50_000), marks, subjects, new HeldNames())
    const { sent } = await messagesTo(targets, messages, 20_000)
    expect(sent.length).toBeGreaterThan(1)
    expect(sent.every(({ tells }) => tells)).toBe(true)
  })

  test('go by name without slots if there are no receipts to report a lack', async () => {
    const targets = targetsOf(many, () => false)
    const messages = new NextMessages(new Uint8Array(5), marks, subjects, null)
    const { sent } = await messagesTo(targets, messages, 1024 * 1024)
    expect(new Set(sent.map(({ how, tells }) => `${how} ${tells}`))).toEqual(
      new Set(['by name false']),
    )
  })

  test('include no slots for names of a single send', async () => {
    const messages = new NextMessages(new Uint8Array(5), marks, subjects, new HeldNames())
    const { sent } = await messagesTo(TargetSet.of(many), messages, 1024 * 1024)
    expect(sent.some(({ tells }) => tells)).toBe(false)
  })
})
