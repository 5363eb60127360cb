import { expect, test } from 'vitest'
import { type SentMessage, SentMessages } from './sent-messages.ts'

function messageTo(subject: string): SentMessage {
  const lane = { gateway: subject, pieces: [], unansweredBytes: 0 }
  const recipient = { part: 0, slots: [0, 0], count: 1, how: 'by name', tells: false } as const
  return { ...recipient, lane, subject, bytes: 1, answered: false }
}

test('messages are found by the index in their reply subject', () => {
  const sent = new SentMessages({ resent: true })
  const messages = ['x', 'y'].map(messageTo)
  expect(messages.map((each) => sent.get(sent.add(each)))).toEqual(messages)
  expect([2, -1, 0.5, Number.NaN].map((index) => sent.get(index))).toEqual(
    Array.from({ length: 4 }, () => undefined),
  )
})

test('each message is taken once by its subject, however often and early', () => {
  const sent = new SentMessages({ resent: true })
  const [first, second, third, other] = ['x', 'x', 'x', 'y'].map(messageTo)
  for (const message of [first, other, second]) if (message) sent.add(message)
  expect(sent.takeBySubject('x')).toEqual([first, second])
  expect(sent.takeBySubject('x')).toEqual([])
  if (third) sent.add(third)
  expect(sent.takeBySubject('x')).toEqual([third])
  expect(sent.takeBySubject('y')).toEqual([other])
  expect(sent.takeBySubject('z')).toEqual([])
})

test('old rounds of resends are forgotten, recent ones are not', () => {
  const sent = new SentMessages({ resent: true })
  const indices: number[] = []
  for (let round = 0; round < 100; round += 1) {
    sent.startRound()
    indices.push(sent.add(messageTo('x')))
  }
  const remembered = indices.filter((index) => sent.get(index) !== undefined)
  expect(remembered).toEqual(indices.slice(-remembered.length))
  expect(remembered.length).toBeGreaterThan(10)
  expect(remembered.length).toBeLessThan(100)
})

test('copies to an identity share an index, so none is forgotten however many are sent', () => {
  const sent = new SentMessages({ resent: true })
  const indices = new Set<number>()
  for (let round = 0; round < 100; round += 1) {
    sent.startRound()
    const { lane, ...rest } = messageTo('x')
    indices.add(sent.add({ ...rest, lane: { ...lane, gateway: null } }))
  }
  expect(indices.size).toBe(1)
  expect([...sent.values()]).toHaveLength(1)
  for (const index of indices) expect(sent.get(index)?.subject).toBe('x')
})
