import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NameRecords } from './name-records.ts'
import type { EntryLog } from './record-log.ts'

/** A log in memory; `reads` counts the entries that were read. */
function memoryLog(maxEntryBytes = 64): EntryLog & {
  readonly entries: { readonly subject: string; readonly text: string }[]
  reads: number
} {
  const entries: { subject: string; text: string }[] = []
  return {
    entries,
    reads: 0,
    maxEntryBytes,
    sharedSubjectOf: (name) => name,
    async append(subject, texts) {
      entries.push(...texts.map((text) => ({ subject, text })))
      return true
    },
    async readAfter(last, subject, visit) {
      let place = last
      for (const [index, entry] of entries.entries()) {
        if (index < (last?.seq ?? 0) || entry.subject !== subject) continue
        this.reads += 1
        visit(Buffer.from(entry.text))
        place = { seq: index + 1, storedAt: '' }
      }
      return place
    },
  }
}

const NAMES = ['a', 'b', 'c', 'd', 'user-with-a-long-name', 'ü']

describe('the records of repeatable messages', () => {
  test('contain every added recipient, whatever is evicted in between', async () => {
    const step = fc.record({
      id: fc.constantFrom('m1', 'm2', 'm3'),
      positions: fc.uniqueArray(fc.nat(NAMES.length - 1), { minLength: 1 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step), fc.nat(8), async (steps, maxRemembered) => {
        const log = memoryLog()
        const records = new NameRecords(log, maxRemembered)
        const model = new Map<string, Set<number>>()
        for (const { id, positions } of steps) {
          const record = records.of(id, NAMES)
          const known = model.get(id) ?? new Set()
          model.set(id, known)
          expect(new Set(await record.read())).toEqual(known)
          await record.add(positions)
          for (const position of positions) known.add(position)
        }
        for (const [id, known] of model) {
          expect(new Set(await new NameRecords(log).of(id, NAMES).read())).toEqual(known)
        }
      }),
    )
  })

  test('find names at any position of a later call', async () => {
    const log = memoryLog()
    await new NameRecords(log).of('m', ['a', 'b', 'c']).add([0, 2])
    expect(await new NameRecords(log).of('m', ['x', 'c', 'b', 'a']).read()).toEqual([1, 3])
  })

  test('are not reread while they are cached', async () => {
    const log = memoryLog()
    const writer = new NameRecords(log)
    const reader = new NameRecords(log)
    for (let n = 0; n < 100; n += 1) {
      await writer.of('m', [`user-${n}`]).add([0])
      await reader.of('m', ['user-0']).read()
    }
    expect(log.reads).toBe(100)
  })

  test("are split into entries that fit the server's limit", async () => {
    const log = memoryLog(20)
    const names = ['short', 'x'.repeat(50), 'ünicode', 'a', 'b']
    await new NameRecords(log).of('m', names).add([0, 1, 2, 3, 4])
    const texts = log.entries.map(({ text }) => text)
    expect(texts).toEqual(['short', 'x'.repeat(50), 'ünicode\na\nb'])
  })

  test("are not cached without the server's confirmation", async () => {
    const log = { ...memoryLog(), append: async () => false }
    const records = new NameRecords(log)
    expect(await records.of('m', ['a']).add([0])).toBe(false)
    expect(await records.of('m', ['a']).read()).toEqual([])
  })
})
