import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Bitmap,
  bitmapOf,
  bitsIn,
  countBits,
  forEachWord,
  grown,
  hasBit,
  nextBit,
  rangesOfBitmap,
  setBit,
} from './bitmap.ts'
import { forEachNumber, type Ranges, rangesOf } from './ranges.ts'

const WORDS = 8
const number = fc.nat({ max: 32 * WORDS - 1 })
/** Runs and single numbers, so words are full, empty and partial. */
const numbers = fc
  .array(fc.tuple(number, fc.constantFrom(1, 1, 2, 31, 32, 33, 70)), { maxLength: 12 })
  .map((runs) => {
    const all = new Set<number>()
    for (const [first, count] of runs) {
      for (let at = first; at < first + count && at < 32 * WORDS; at += 1) all.add(at)
    }
    return all
  })

function numbersIn(words: Bitmap): readonly number[] {
  const found: number[] = []
  for (let at = nextBit(words, 0); at >= 0; at = nextBit(words, at + 1)) found.push(at)
  return found
}

function inOrder(all: Iterable<number>): readonly number[] {
  return [...all].sort((a, b) => a - b)
}

describe('a bitmap', () => {
  test('contains exactly the set numbers', () => {
    fc.assert(
      fc.property(fc.array(number), (added) => {
        const words = new Uint32Array(WORDS)
        const model = new Set<number>()
        for (const at of added) {
          setBit(words, at)
          model.add(at)
        }
        expect(numbersIn(words)).toEqual(inOrder(model))
        expect(countBits(words)).toBe(model.size)
        for (let at = 0; at < 32 * WORDS + 40; at += 1)
          expect(hasBit(words, at)).toBe(model.has(at))
      }),
    )
  })

  test('converts to ranges and back without change', () => {
    fc.assert(
      fc.property(numbers, (all) => {
        const ranges = rangesOf(all)
        expect(rangesOfBitmap(bitmapOf(ranges))).toEqual(ranges)
        expect(numbersIn(bitmapOf(ranges))).toEqual(inOrder(all))
      }),
    )
  })

  test('finds the next number from any position, even beyond its end', () => {
    fc.assert(
      fc.property(numbers, fc.nat({ max: 32 * WORDS + 100 }), (all, from) => {
        const words = bitmapOf(rangesOf(all))
        expect(nextBit(words, from)).toBe(inOrder(all).find((each) => each >= from) ?? -1)
      }),
    )
  })

  test('keeps its numbers when it grows, with room for the new one', () => {
    fc.assert(
      fc.property(numbers, fc.nat({ max: 2_000 }), (all, at) => {
        const larger = grown(bitmapOf(rangesOf(all)), at)
        expect(numbersIn(larger)).toEqual(inOrder(all))
        setBit(larger, at)
        expect(hasBit(larger, at)).toBe(true)
      }),
    )
  })
})

test('the words of ranges have the bits of exactly their numbers', () => {
  fc.assert(
    fc.property(numbers, (all) => {
      const words = new Uint32Array(WORDS)
      forEachWord(rangesOf(all), (at, bits) => {
        expect((words[at] ?? 0) & bits).toBe(0)
        words[at] = (words[at] ?? 0) | bits
      })
      expect(numbersIn(words)).toEqual(inOrder(all))
    }),
  )
})

test('counts the bits of signed and unsigned words alike', () => {
  fc.assert(
    fc.property(fc.integer(), (word) => {
      const ones = (word >>> 0).toString(2).replaceAll('0', '').length
      expect([bitsIn(word), bitsIn(word >>> 0)]).toEqual([ones, ones])
    }),
  )
})

test('ranges that touch or are alone in a word make the same bitmap as their numbers one by one', () => {
  const ranges: Ranges = [0, 0, 31, 32, 63, 63, 64, 95, 127, 128]
  const words = new Uint32Array(5)
  forEachNumber(ranges, (at) => setBit(words, at))
  expect(bitmapOf(ranges)).toEqual(words)
})
