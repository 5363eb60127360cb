import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countOf, forEachNumber, membersAt, RangeBuilder, type Ranges, rangesOf } from './ranges.ts'

const someNumbers = fc.uniqueArray(fc.nat({ max: 120 }), { maxLength: 100 })

function numbersIn(ranges: Ranges): readonly number[] {
  const found: number[] = []
  forEachNumber(ranges, (number) => found.push(number))
  return found
}

function inOrder(all: readonly number[]): readonly number[] {
  return [...all].sort((a, b) => a - b)
}

describe('ranges', () => {
  test('contain exactly the given numbers, in order, in the fewest ranges', () => {
    fc.assert(
      fc.property(someNumbers, (all) => {
        const ranges = rangesOf(all)
        expect(numbersIn(ranges)).toEqual(inOrder(all))
        expect(countOf(ranges)).toBe(all.length)
        for (let index = 2; index < ranges.length; index += 2) {
          expect(ranges[index]).toBeGreaterThan((ranges[index - 1] ?? 0) + 1)
        }
      }),
    )
  })

  test('can be read from a builder while it keeps growing', () => {
    fc.assert(
      fc.property(someNumbers, (all) => {
        const builder = new RangeBuilder()
        const added: number[] = []
        for (const number of inOrder(all)) {
          builder.add(number)
          added.push(number)
          expect(numbersIn(builder.ranges)).toEqual(added)
        }
      }),
    )
  })
})

describe('the members of a set at some ranks', () => {
  test('equal the elements at these positions of a list of members', () => {
    fc.assert(
      fc.property(someNumbers, fc.array(fc.nat()), (all, draws) => {
        const members = inOrder(all)
        const ranks = [...new Set(draws.map((draw) => draw % Math.max(1, members.length)))]
        const wanted = inOrder(ranks).flatMap((rank) => members[rank] ?? [])
        const found = membersAt(rangesOf(all), all.length === 0 ? [] : rangesOf(ranks))
        expect(numbersIn(found)).toEqual(wanted)
      }),
    )
  })

  test("are found for ranks in the order of a receipt's lines", () => {
    expect(membersAt([5, 9, 20, 20], [0, 1, 2, 2, 3, 5])).toEqual([5, 6, 7, 7, 8, 9, 20, 20])
  })

  test('end with the set, whatever ranks follow', () => {
    expect(membersAt([5, 6], [1, 9])).toEqual([6, 6])
    expect(membersAt([], [0, 3])).toEqual([])
  })
})
