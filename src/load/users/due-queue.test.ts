import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DueQueue } from './due-queue.ts'

test('returns the earliest entry, whatever was added and removed before', () => {
  const action = fc.oneof(fc.nat(1_000), fc.constant('take' as const))
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
      const queue = new DueQueue<{ readonly dueAtMs: number }>()
      const expected: number[] = []
      for (const one of actions) {
        if (one === 'take') {
          expect(queue.take()?.dueAtMs).toBe(expected.shift())
        } else {
          queue.add({ dueAtMs: one })
          expected.push(one)
          expected.sort((a, b) => a - b)
        }
        expect(queue.first?.dueAtMs).toBe(expected[0])
      }
    }),
  )
})
