import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isIdentityBefore } from '../registration.ts'
import { SortedList } from './sorted-list.ts'
import { SortedView } from './sorted-view.ts'

interface Item {
  readonly identity: string
  readonly value: number
}

const identities = fc.nat(400).map((n) => `user-${n}`)

const steps = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('put' as const), identity: identities }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('remove' as const), identity: identities }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('view' as const), identity: identities }) },
)

const histories = fc.array(steps, { maxLength: 1_500, size: 'max' })

test('a list behaves like a sorted map, and a view keeps the earlier content', () => {
  fc.assert(
    fc.property(histories, fc.constantFrom(4, 6, 16), (history, maxBlockLength) => {
      const list = new SortedList<{ readonly identity: string }, Item>(
        isIdentityBefore,
        maxBlockLength,
      )
      const model = new Map<string, Item>()
      const views: { readonly view: SortedView<{ identity: string }, Item>; held: Item[] }[] = []
      for (const [value, { kind, identity }] of history.entries()) {
        switch (kind) {
          case 'put':
            expect(list.put({ identity, value })).toEqual(model.get(identity))
            model.set(identity, { identity, value })
            break
          case 'remove':
            expect(list.remove({ identity })).toEqual(model.get(identity))
            model.delete(identity)
            break
          case 'view':
            views.push({ view: list.view(), held: sortedIn(model) })
        }
        expect(list.size).toBe(model.size)
      }
      views.push({ view: list.view(), held: sortedIn(model) })
      expect(list.first).toEqual(sortedIn(model)[0])
      for (const { view, held } of views) {
        expect(view.toArray()).toEqual(held)
        expect(view.size).toBe(held.length)
        for (const block of view.blocks) {
          expect(block.length).toBeGreaterThan(0)
          expect(block.length).toBeLessThanOrEqual(maxBlockLength)
        }
      }
    }),
    { numRuns: 60 },
  )
})

test('a view can be read from any item in both directions', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(identities, { maxLength: 60 }),
      identities,
      fc.nat(70),
      fc.constantFrom(4, 8),
      (names, from, count, maxBlockLength) => {
        const list = new SortedList<{ readonly identity: string }, Item>(
          isIdentityBefore,
          maxBlockLength,
        )
        for (const [value, identity] of names.entries()) list.put({ identity, value })
        const held = list.view().toArray()
        for (const view of [list.view(), SortedView.of(isIdentityBefore, held)]) {
          const key = { identity: from }
          expect([...view]).toEqual(held)
          expect([...view.ascending(key)]).toEqual(held.filter(({ identity }) => identity > from))
          expect([...view.descending()]).toEqual(held.toReversed())
          expect([...view.descending(key)]).toEqual(
            held.filter(({ identity }) => identity < from).toReversed(),
          )
          expect(view.get(key)).toBe(held.find(({ identity }) => identity === from))
          expect([...view.skipping(count, 'ascending')]).toEqual(held.slice(count))
          expect([...view.skipping(count, 'descending')]).toEqual(held.toReversed().slice(count))
        }
      },
    ),
  )
})

test('a list keeps few blocks after any insertions and removals', () => {
  const list = new SortedList<{ readonly identity: string }, Item>(isIdentityBefore)
  for (let n = 0; n < 50_000; n += 1)
    list.put({ identity: `user-${(n * 7919) % 50_000}`, value: n })
  expect(list.view().blocks.length).toBeLessThan(300)
  for (let n = 0; n < 49_000; n += 1) list.remove({ identity: `user-${(n * 104_729) % 50_000}` })
  expect(list.size).toBe(1_000)
  expect(list.view().blocks.length).toBeLessThan(20)
})

test('items inserted in order fill their blocks', () => {
  const list = new SortedList<{ readonly identity: string }, Item>(isIdentityBefore)
  for (let n = 0; n < 10_240; n += 1) {
    list.put({ identity: String(n).padStart(6, '0'), value: n })
  }
  expect(list.view().blocks.length).toBe(20)
})

function sortedIn(model: ReadonlyMap<string, Item>): Item[] {
  return [...model.values()].sort((a, b) => (a.identity < b.identity ? -1 : 1))
}
