/** A set of integers ≥ 0: `[first, last, first, last, …]`, ends included, ascending. */
export type Ranges = readonly number[]

/** Collects ascending numbers; consecutive numbers form one range. */
export class RangeBuilder {
  readonly #closed: number[] = []
  #first = 0
  #last = -1

  get ranges(): Ranges {
    return this.#last < this.#first ? [] : [...this.#closed, this.#first, this.#last]
  }

  /** @param number greater than all numbers added before. */
  add(number: number): void {
    if (number !== this.#last + 1 || number === 0) {
      if (this.#last >= this.#first) this.#closed.push(this.#first, this.#last)
      this.#first = number
    }
    this.#last = number
  }
}

/** The ranges of numbers in any order. */
export function rangesOf(numbers: Iterable<number>): Ranges {
  const builder = new RangeBuilder()
  for (const number of [...numbers].sort((a, b) => a - b)) builder.add(number)
  return builder.ranges
}

/** Calls `visit` with each number of the ranges. */
export function forEachNumber(ranges: Ranges, visit: (number: number) => void): void {
  for (let index = 0; index < ranges.length; index += 2) {
    const last = ranges[index + 1] ?? -1
    for (let number = ranges[index] ?? 0; number <= last; number += 1) visit(number)
  }
}

/** The number of integers in the ranges. */
export function countOf(ranges: Ranges): number {
  let count = 0
  for (let index = 0; index < ranges.length; index += 2) {
    count += (ranges[index + 1] ?? -1) - (ranges[index] ?? 0) + 1
  }
  return count
}

/**
 * The members of a set with these ranks, from 0: maps positions in a list to its elements.
 * @param ranks below the number of members.
 */
export function membersAt(members: Ranges, ranks: Ranges): Ranges {
  const found: number[] = []
  let at = 0
  let rankOfFirst = 0
  for (let index = 0; index < ranks.length; index += 2) {
    const last = ranks[index + 1] ?? -1
    for (let rank = ranks[index] ?? 0; rank <= last;) {
      const first = members[at]
      const end = members[at + 1]
      if (first === undefined || end === undefined) return found
      const rankAfter = rankOfFirst + end - first + 1
      if (rank >= rankAfter) {
        at += 2
        rankOfFirst = rankAfter
        continue
      }
      const until = Math.min(last, rankAfter - 1)
      found.push(first + rank - rankOfFirst, first + until - rankOfFirst)
      rank = until + 1
    }
  }
  return found
}

const NUMBER = /^\d{1,9}$/

/** Formats ranges as in `0-499,501`. */
export function rangesText(ranges: Ranges): string {
  let text = ''
  for (let index = 0; index < ranges.length; index += 2) {
    const first = ranges[index]
    const last = ranges[index + 1]
    text += `${index === 0 ? '' : ','}${first === last ? first : `${first}-${last}`}`
  }
  return text
}

/**
 * Parses ranges as in `0-499,501` and appends them to `bounds`.
 * @param limit all numbers must be below it.
 * @returns the number of integers in them; `null` if a range is invalid.
 */
export function readRanges(text: string, limit: number, bounds: number[]): number | null {
  let count = 0
  let before = -1
  for (const range of text.split(',')) {
    const dash = range.indexOf('-')
    const firstText = dash < 0 ? range : range.slice(0, dash)
    const lastText = dash < 0 ? range : range.slice(dash + 1)
    if (!NUMBER.test(firstText) || !NUMBER.test(lastText)) return null
    const first = Number(firstText)
    const last = Number(lastText)
    if (first <= before || last < first || last >= limit) return null
    bounds.push(first, last)
    count += last - first + 1
    before = last
  }
  return count
}
