import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SortedRuns } from './sorted-runs.ts'

test('all items are returned in order, whatever their insertion order', async () => {
  const items = fc.array(fc.nat(1_000), { maxLength: 3_000, size: 'max' })
  await fc.assert(
    fc.asyncProperty(items, async (all) => {
      const runs = new SortedRuns<number>((a, b) => a < b)
      for (const item of all) runs.add(item)
      const drained: number[] = []
      await runs.drainTo(
        (item) => drained.push(item),
        async () => {},
      )
      expect(drained).toEqual(all.toSorted((a, b) => a - b))
    }),
    { numRuns: 40 },
  )
})
