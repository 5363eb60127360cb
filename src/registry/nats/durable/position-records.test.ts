import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Warnings } from '../../warnings.ts'
import { type PositionLog, PositionRecords } from './position-records.ts'

const RECIPIENTS = 8

/** A log in memory; `reads` counts the entries that were read. */
function memoryLog(): PositionLog & {
  entries: { subject: string; text: string }[]
  reads: number
} {
  return {
    entries: [],
    reads: 0,
    maxEntryBytes: 1_024,
    subjectOf: (name) => name,
    async append(subject, texts) {
      this.entries.push(...texts.map((text) => ({ subject, text })))
      return true
    },
    async readAfter(last, subject, visit) {
      let place = last
      for (const [index, entry] of this.entries.entries()) {
        if (index < (last?.seq ?? 0) || entry.subject !== subject) continue
        this.reads += 1
        visit(Buffer.from(entry.text))
        place = { seq: index + 1, storedAt: '' }
      }
      return place
    },
    async delete(subject) {
      for (const entry of this.entries) if (entry.subject === subject) entry.subject = ''
    },
  }
}

describe('the records of stored messages', () => {
  test('contain every recipient added by any process, whatever is evicted in between', async () => {
    const step = fc.record({
      message: fc.constantFrom('1 a', '2 b', '3 c'),
      positions: fc.uniqueArray(fc.nat(RECIPIENTS - 1), { minLength: 1 }),
      isCleared: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step), fc.nat(3 * RECIPIENTS), async (steps, maxRemembered) => {
        const log = memoryLog()
        const processes = [1, 2].map(
          () => new PositionRecords(log, new Warnings(() => {}), maxRemembered),
        )
        const model = new Map<string, Set<number>>()
        for (const [n, { message, positions, isCleared }] of steps.entries()) {
          const record = processes[n % 2]?.of(message, RECIPIENTS)
          const known = model.get(message) ?? new Set()
          model.set(message, known)
          expect(await record?.read()).toEqual([...known].sort((a, b) => a - b))
          await record?.add(positions)
          for (const position of positions) known.add(position)
          if (!isCleared) continue
          // A record is cleared after the acknowledgement: the message is not redelivered.
          for (const each of processes) await each.of(message, RECIPIENTS).clear()
          known.clear()
        }
      }),
    )
  })

  test('are read entry by entry once, however often a message is retried', async () => {
    const log = memoryLog()
    const records = new PositionRecords(log, new Warnings(() => {}))
    for (let retry = 0; retry < 100; retry += 1) {
      const record = records.of('1 a', 100)
      expect(await record.read()).toHaveLength(retry)
      await record.add([retry])
    }
    expect(log.reads).toBe(99)
  })

  test('skip entries that are not receipts for the message, with a warning', async () => {
    const log = memoryLog()
    const warnings = new Warnings(() => {})
    await log.append('stored 1 a', ['nonsense', 'prism-receipt/2 9\nhandled 1'])
    await new PositionRecords(log, new Warnings(() => {})).of('1 a', RECIPIENTS).add([2])
    expect(await new PositionRecords(log, warnings).of('1 a', RECIPIENTS).read()).toEqual([2])
    expect(warnings.counts.get('CORRUPT_RECORD')).toBe(2)
  })
})
