import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Backlog, type HeldMessage } from './backlog.ts'
import { Warnings } from './warnings.ts'

/** One step: a message arrives, or a held message gains or loses a handler. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('admit' as const), bytes: fc.nat({ max: 5_000 }) }),
  fc.record({ kind: fc.constantFrom('hold' as const, 'letGo' as const), at: fc.nat() }),
)

interface Held {
  readonly message: HeldMessage
  handlers: number
}

test('a backlog admits no message beyond its limit unless it is empty, and is empty at the end', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const warnings = new Warnings(() => {})
      const backlog = new Backlog(10_000, warnings)
      const held: Held[] = []
      let refused = 0
      for (const each of steps) {
        if (each.kind === 'admit') {
          const before = backlog.bytes
          const message = backlog.admit(each.bytes)
          if (message === null) {
            refused += 1
            expect(backlog.bytes).toBe(before)
            expect(before + each.bytes).toBeGreaterThan(10_000 - 1_024)
          } else {
            held.push({ message, handlers: 0 })
            if (before > 0) expect(backlog.bytes).toBeLessThanOrEqual(10_000)
          }
          continue
        }
        const one = held[each.at % Math.max(1, held.length)]
        if (one === undefined) continue
        if (each.kind === 'hold') {
          one.message.hold()
          one.handlers += 1
        } else if (one.handlers > 0) {
          one.message.letGo()
          one.handlers -= 1
        }
      }
      expect(warnings.counts.get('BACKLOG_FULL') ?? 0).toBe(refused)
      for (const { message, handlers } of held) {
        message.handedOut()
        for (let each = 0; each < handlers; each += 1) message.letGo()
      }
      expect(backlog.bytes).toBe(0)
    }),
  )
})

test('the body of a message counts once, however many handlers hold it', () => {
  const backlog = new Backlog()
  const message = backlog.admit(1_000_000)
  for (let handler = 0; handler < 100; handler += 1) message?.hold()
  message?.handedOut()
  expect(backlog.bytes).toBeGreaterThan(1_000_000)
  expect(backlog.bytes).toBeLessThan(1_100_000)
  for (let handler = 0; handler < 100; handler += 1) message?.letGo()
  expect(backlog.bytes).toBe(0)
})
