import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NameNumbering } from '../name-numbering.ts'
import { heldBytes } from '../testing/held-bytes.ts'
import { TABLE_SLOTS } from '../targets/name-table.ts'
import { forEachNumber, type Ranges, rangesOf } from '../targets/ranges.ts'
import { ToldTables } from './told-tables.ts'

const MUCH = 1024 * 1024
/** The overhead of a table as estimated by the tables. */
const TABLE_OVERHEAD = 128

const slots = fc
  .uniqueArray(fc.nat({ max: 40 }), { minLength: 1, maxLength: 20 })
  .map((all) => rangesOf(all))

function numbersIn(ranges: Ranges): readonly number[] {
  const found: number[] = []
  forEachNumber(ranges, (number) => found.push(number))
  return found
}

function namesOf(
  told: ToldTables,
  numbering: NameNumbering<unknown>,
  table: { readonly id: string; readonly slots: Ranges },
): readonly (string | undefined)[] | null {
  const numbers = told.numbersOf(table)
  return numbers === null ? null : Array.from(numbers, (number) => numbering.names[number])
}

describe('the names that a process was told', () => {
  test('are the latest ones or unknown, whatever else was told', () => {
    const step = fc.record({
      what: fc.constantFrom('tell', 'tell', 'ask'),
      id: fc.constantFrom('t', 'u', 'v', 'w'),
      slots,
      /** A later meaning of the slots. */
      isRedefined: fc.nat({ max: 30 }).map((draw) => draw === 0),
    })
    const bounds = fc.record({
      maxSlots: fc.constantFrom(200, 400, MUCH),
      maxIdleBytes: fc.constantFrom(500, 3_000, MUCH),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), bounds, (steps, limits) => {
        const numbering = new NameNumbering<unknown>(limits.maxIdleBytes)
        const told = new ToldTables(numbering, limits.maxSlots)
        const model = new Map<string, Map<number, string>>()
        for (const { what, id, slots: ranges, isRedefined } of steps) {
          const table = { id, slots: ranges }
          const known = model.get(id) ?? new Map<number, string>()
          if (what === 'tell') {
            const names = numbersIn(ranges).map((slot) => `${id}-${slot}${isRedefined ? 'x' : ''}`)
            const isChange = numbersIn(ranges).some((slot, at) => {
              return known.has(slot) && known.get(slot) !== names[at]
            })
            if (isChange) model.delete(id)
            else {
              model.set(id, known)
              for (const [at, slot] of numbersIn(ranges).entries()) known.set(slot, names[at] ?? '')
            }
            if (told.tell(table, names)) expect(namesOf(told, numbering, table)).toEqual(names)
          } else {
            const found = namesOf(told, numbering, table)
            if (found === null) continue
            expect(found).toEqual(numbersIn(ranges).map((slot) => known.get(slot)))
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  test('are all known while there is room', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('t', 'u'), slots)), (tellings) => {
        const numbering = new NameNumbering<unknown>()
        const told = new ToldTables(numbering)
        const model = new Map<string, Set<number>>()
        for (const [id, ranges] of tellings) {
          const all = numbersIn(ranges)
          expect(
            told.tell(
              { id, slots: ranges },
              all.map((slot) => `${id}-${slot}`),
            ),
          ).toBe(true)
          model.set(id, new Set([...(model.get(id) ?? []), ...all]))
        }
        for (const [id, all] of model) {
          const wanted = [...all].sort((a, b) => a - b).map((slot) => `${id}-${slot}`)
          expect(namesOf(told, numbering, { id, slots: rangesOf(all) })).toEqual(wanted)
          const withMore = rangesOf([...all, 41])
          expect(told.numbersOf({ id, slots: withMore })).toBeNull()
        }
        expect(told.numbersOf({ id: 'other', slots: [0, 0] })).toBeNull()
      }),
    )
  })

  test('are forgotten by table, least recently used first, so memory is bounded', () => {
    const numbering = new NameNumbering<unknown>()
    const room = 10
    const told = new ToldTables(numbering, room * (TABLE_OVERHEAD + 1))
    const table = (at: number) => ({ id: `t${at}`, slots: [0, 0] })
    for (let at = 0; at < 1_000; at += 1) {
      expect(told.tell(table(at), [`name-${at}`])).toBe(true)
      expect(told.numbersOf(table(0))).not.toBeNull()
    }
    const all = Array.from({ length: 1_000 }, (_, at) => at)
    const known = all.filter((at) => told.numbersOf(table(at)) !== null)
    expect(known).toEqual([0, ...all.slice(1 - room)])
  })

  test('fit if they belong to one table of any size', () => {
    const told = new ToldTables(new NameNumbering<unknown>(), 1)
    const names = Array.from({ length: TABLE_SLOTS }, (_, at) => `name-${at}`)
    const table = { id: 't', slots: [0, TABLE_SLOTS - 1] }
    expect(told.tell(table, names)).toBe(true)
    expect(told.numbersOf(table)).toHaveLength(TABLE_SLOTS)
    expect(told.tell({ id: 'u', slots: [0, 0] }, ['x'])).toBe(true)
    expect(told.numbersOf(table)).toBeNull()
  })

  test('are all forgotten when names are renumbered', () => {
    const numbering = new NameNumbering<unknown>(10_000)
    const told = new ToldTables(numbering)
    const table = { id: 't', slots: [3, 3] }
    expect(told.tell(table, ['x'])).toBe(true)
    for (let at = 0; numbering.generation === 0; at += 1) numbering.numberOf(`other-${at}`)
    expect(told.numbersOf(table)).toBeNull()
    expect(told.tell(table, ['x'])).toBe(true)
    expect(namesOf(told, numbering, table)).toEqual(['x'])
  })

  test('are not held if one is not an identity or a slot had another name before', () => {
    const numbering = new NameNumbering<unknown>()
    const told = new ToldTables(numbering)
    for (const wrong of ['', ' ', '*', 'a b', '~log', 'x'.repeat(300), '\ud800']) {
      expect(told.tell({ id: 't', slots: [0, 1] }, ['a', wrong])).toBe(false)
    }
    expect(told.numbersOf({ id: 't', slots: [0, 0] })).toBeNull()
    expect(told.tell({ id: 't', slots: [0, 1] }, ['a', 'b'])).toBe(true)
    expect(told.tell({ id: 't', slots: [1, 2] }, ['x', 'c'])).toBe(false)
    for (const slot of [0, 1, 2]) {
      expect(told.numbersOf({ id: 't', slots: [slot, slot] })).toBeNull()
    }
    // It is unknown which name is right.
    expect(told.tell({ id: 't', slots: [0, 1] }, ['b', 'a'])).toBe(false)
    expect(told.numbersOf({ id: 't', slots: [0, 1] })).toBeNull()
    expect(told.tell({ id: 'u', slots: [0, 1] }, ['a', 'b'])).toBe(true)
    expect(namesOf(told, numbering, { id: 'u', slots: [0, 1] })).toEqual(['a', 'b'])
  })

  test('do not retain the headers that named their tables', () => {
    const told = new ToldTables(new NameNumbering<unknown>())
    const before = heldBytes()
    for (let message = 0; message < 100; message += 1) {
      const text = Buffer.from(`table-${1_000_000 + message} ${'x'.repeat(1_000_000)}`).toString()
      told.tell({ id: text.split(' ')[0] ?? '', slots: [0, 0] }, ['x'])
    }
    expect(told.numbersOf({ id: 'table-1000000', slots: [0, 0] })).not.toBeNull()
    expect(heldBytes() - before).toBeLessThan(30_000_000)
  })
})
