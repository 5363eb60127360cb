import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nextBit } from '../targets/bitmap.ts'
import { NameTable } from '../targets/name-table.ts'
import { rangesOf } from '../targets/ranges.ts'
import { randomStream } from '../../stats/random.ts'
import { HeldNames, SILENT_PROCESS } from './held-names.ts'

/** After this many answers per process, on average, a process that did not answer counts as gone. */
const ANSWERS_UNTIL_GONE = 16
const MAX_PROCESSES = 16
/** The number of messages by name after the first `lacks`. */
const FIRST_PAUSE = 8
const MAX_PAUSE = 256

function slotsOf(held: HeldNames, table: NameTable): readonly number[] {
  const words = held.heldOf(table) ?? new Uint32Array(0)
  const found: number[] = []
  for (let at = nextBit(words, 0); at >= 0; at = nextBit(words, at + 1)) found.push(at)
  return found
}

/** The number of messages by name before one goes by slot again. */
function pauseOf(held: HeldNames, table: NameTable): number {
  for (let messages = 0; messages <= 10_000; messages += 1) {
    if (held.heldOf(table) !== null) return messages
    held.noteMessage(table)
  }
  throw new Error('The pause has no end.')
}

function someTable(): NameTable {
  return new NameTable('gateway', 'first', true)
}

describe('the names that the processes of a gateway hold', () => {
  test('consists of the names sent to each and not lacked since', () => {
    const step = fc.record({
      isLack: fc.nat({ max: 8 }).map((draw) => draw === 0),
      by: fc.constantFrom('p', 'q', SILENT_PROCESS),
      slots: fc.uniqueArray(fc.nat({ max: 100 }), { maxLength: 40 }),
    })
    // Fewer than the number after which a silent process counts as gone.
    fc.assert(
      fc.property(fc.array(step, { maxLength: ANSWERS_UNTIL_GONE }), (steps) => {
        const held = new HeldNames()
        const table = someTable()
        const model = new Map<string, Set<number>>()
        for (const { isLack, by, slots } of steps) {
          const told = model.get(by) ?? new Set()
          const isSilent = by === SILENT_PROCESS
          if (isLack) held.noteLack(table, by)
          else held.noteHeld(table, isSilent ? [] : rangesOf(slots), by)
          model.set(by, isLack || isSilent ? new Set() : new Set([...told, ...slots]))
          while (held.heldOf(table) === null) held.noteMessage(table)
          const common = [...(model.values().next().value ?? [])].filter((slot) =>
            [...model.values()].every((each) => each.has(slot)),
          )
          expect(slotsOf(held, table)).toEqual(common.sort((a, b) => a - b))
        }
      }),
    )
  })

  test('is nothing for an unknown table', () => {
    const held = new HeldNames()
    held.noteHeld(someTable(), [0, 5], 'p')
    expect(held.heldOf(someTable())).toBeNull()
  })

  test('excludes a process that did not answer while others did', () => {
    const held = new HeldNames()
    const table = someTable()
    held.noteHeld(table, [0, 0], 'gone')
    for (let answers = 1; answers < 2 * ANSWERS_UNTIL_GONE; answers += 1) {
      held.noteHeld(table, [1, 9], 'stays')
      expect(slotsOf(held, table)).toEqual([])
    }
    held.noteHeld(table, [1, 9], 'stays')
    expect(slotsOf(held, table)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  test('is kept for a limited number of processes, whatever their names', () => {
    const held = new HeldNames()
    const table = someTable()
    for (let process = 0; process < 10_000; process += 1) {
      held.noteHeld(table, [process % 50, process % 50], `p${process}`)
    }
    for (let process = 0; process < MAX_PROCESSES; process += 1) {
      held.noteHeld(table, [7, 7], `own${process}`)
    }
    expect(slotsOf(held, table)).toEqual([7])
  })

  test('is known for many processes that answer in any order', () => {
    const held = new HeldNames()
    const table = someTable()
    const uniform = randomStream(1, 0)
    for (let process = 0; process < MAX_PROCESSES; process += 1) {
      held.noteHeld(table, [process, 20], `p${process}`)
    }
    for (let answers = 0; answers < 5_000; answers += 1) {
      held.noteHeld(table, [16, 17], `p${Math.floor(uniform() * MAX_PROCESSES)}`)
      expect(slotsOf(held, table)).toEqual([15, 16, 17, 18, 19, 20])
    }
  })
})

describe('a process that lacks names', () => {
  test('receives names for a period that grows each time, up to a limit', () => {
    const held = new HeldNames()
    const table = someTable()
    for (let lacks = 1; lacks <= 100; lacks += 1) {
      held.noteHeld(table, [0, 9], 'p')
      held.noteLack(table, 'p')
      expect(pauseOf(held, table)).toBe(Math.min(FIRST_PAUSE * lacks, MAX_PAUSE))
      expect(slotsOf(held, table)).toEqual([])
    }
  })

  test('counts once, however many messages were in flight', () => {
    const held = new HeldNames()
    const table = someTable()
    for (let message = 0; message < 100; message += 1) held.noteLack(table, 'p')
    expect(pauseOf(held, table)).toBe(FIRST_PAUSE)
  })

  test('receives slots again after the pause, once it was told them', () => {
    const held = new HeldNames()
    const table = someTable()
    held.noteHeld(table, [0, 9], 'before')
    held.noteLack(table, 'p')
    held.noteHeld(table, [0, 5], 'p')
    expect(pauseOf(held, table)).toBe(FIRST_PAUSE)
    expect(slotsOf(held, table)).toEqual([0, 1, 2, 3, 4, 5])
  })
})
