import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LinkedMap } from './linked-map.ts'

test('a linked map behaves like a Map', () => {
  const key = fc.nat(5)
  const step = fc.oneof(
    fc.record({ does: fc.constant('set' as const), key, value: fc.nat() }),
    fc.record({ does: fc.constantFrom('delete' as const, 'clear' as const), key }),
  )
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const linked = new LinkedMap<number, number>()
      const model = new Map<number, number>()
      for (const each of steps) {
        if (each.does === 'set') {
          linked.set(each.key, each.value)
          model.set(each.key, each.value)
        } else if (each.does === 'clear') {
          linked.clear()
          model.clear()
        } else expect(linked.delete(each.key)).toBe(model.delete(each.key))
        const [first] = model
        expect(linked.first()).toEqual(first)
        expect([...linked]).toEqual([...model])
        expect(linked.size).toBe(model.size)
        expect(linked.has(each.key)).toBe(model.has(each.key))
        expect(linked.get(each.key)).toBe(model.get(each.key))
      }
    }),
  )
})
