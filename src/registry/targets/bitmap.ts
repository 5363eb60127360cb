import type { Ranges } from './ranges.ts'

/** A set of small integers ≥ 0, one bit each; numbers beyond its end are not in it. */
export type Bitmap = Uint32Array

const ALL = 0xffff_ffff

/** Whether a number is in the bitmap. */
export function hasBit(words: Bitmap, at: number): boolean {
  return (((words[at >>> 5] ?? 0) >>> (at & 31)) & 1) === 1
}

/** Adds a number. @param at within the bitmap. */
export function setBit(words: Bitmap, at: number): void {
  words[at >>> 5] = (words[at >>> 5] ?? 0) | (1 << (at & 31))
}

/** A copy with room for the number `at`, at least doubled in size so growing stays cheap. */
export function grown(words: Bitmap, at: number): Bitmap {
  const larger = new Uint32Array(Math.max(2 * words.length, (at >>> 5) + 1))
  larger.set(words)
  return larger
}

/** The number of bits set in a bitmap. */
export function countBits(words: Bitmap): number {
  let count = 0
  for (const word of words) count += bitsIn(word)
  return count
}

/** The number of bits set in a word: sums of pairs, of fours, of bytes, then of all bytes. */
export function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555)
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
}

/** The lowest number ≥ `from` in the bitmap; -1 without one. */
export function nextBit(words: Bitmap, from: number): number {
  let at = from >>> 5
  let word = (words[at] ?? 0) & (ALL << (from & 31))
  while (word === 0) {
    at += 1
    if (at >= words.length) return -1
    word = words[at] ?? 0
  }
  return (at << 5) + lowestBit(word)
}

/** The bitmap of these ranges. */
export function bitmapOf(ranges: Ranges): Bitmap {
  const words = new Uint32Array(((ranges.at(-1) ?? -1) + 32) >>> 5)
  forEachWord(ranges, (at, bits) => {
    words[at] = (words[at] ?? 0) | bits
  })
  return words
}

/** The intersection, as long as `words`. */
export function both(words: Bitmap, others: Bitmap): Bitmap {
  return words.map((word, at) => word & (others[at] ?? 0))
}

/** The ranges of the numbers ≥ `from`. */
export function rangesOfBitmap(words: Bitmap, from = 0): Ranges {
  const ranges: number[] = []
  for (let first = nextBit(words, from); first >= 0;) {
    const end = endOfRun(words, first)
    ranges.push(first, end - 1)
    first = nextBit(words, end)
  }
  return ranges
}

/** Calls `visit` with the index of each word that the ranges touch, and their bits in it. */
export function forEachWord(ranges: Ranges, visit: (at: number, bits: number) => void): void {
  for (let index = 0; index < ranges.length; index += 2) {
    const first = ranges[index] ?? 0
    const last = ranges[index + 1] ?? -1
    for (let at = first >>> 5; at <= last >>> 5; at += 1) {
      const from = at === first >>> 5 ? ALL << (first & 31) : ALL
      const until = at === last >>> 5 ? ALL >>> (31 - (last & 31)) : ALL
      visit(at, from & until)
    }
  }
}

/** The first number ≥ `from` that is not in the bitmap. */
function endOfRun(words: Bitmap, from: number): number {
  let at = from >>> 5
  let missing = ~(words[at] ?? 0) & (ALL << (from & 31))
  while (missing === 0) {
    at += 1
    missing = ~(words[at] ?? 0)
  }
  return (at << 5) + lowestBit(missing)
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word)
}
