import { formatCount } from '../../format.ts'

/** Files larger than this, in bytes, are not read: a day of three operations has 100 MB of seconds. */
export const MAX_BYTES = 256 * 2 ** 20

const DEEPEST = 64
const MAX_VALUES = 8_000_000

/** JSON of fewer bytes fits into memory, whatever it becomes. */
const ALWAYS_FITS_BYTES = 16 * 2 ** 20

/**
 * Why JSON is not to be parsed, for what it would become would not fit into memory; `null` if it may. Looks at its structure only, whatever else is wrong with it.
 */
export function findSizeFlaw(text: Buffer): string | null {
  if (text.length <= ALWAYS_FITS_BYTES) return null
  let depth = 0
  let values = 0
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case QUOTE:
        i = endOfString(text, i)
        break
      case OPEN_LIST:
      case OPEN_OBJECT:
        depth++
        values++
        if (depth > DEEPEST) return `nests deeper than ${DEEPEST} levels`
        break
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth--
        break
      case COMMA:
        values++
        break
      default:
    }
    if (values > MAX_VALUES) return `has more than ${formatCount(MAX_VALUES)} values`
  }
  return null
}

/** The place of the quote that ends a string, or of the end. */
function endOfString(text: Buffer, start: number): number {
  for (let end = text.indexOf(QUOTE, start + 1); end >= 0; end = text.indexOf(QUOTE, end + 1)) {
    let backslashes = 0
    while (text[end - 1 - backslashes] === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return end
  }
  return text.length
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const COMMA = 0x2c

/** Seconds aside, a scenario has about 400 values. */
const MAX_OTHER_VALUES = 500_000

/** So many seconds may be wrong without filling the memory with what is wrong with them. */
const MAX_UNCHECKED_INTERVALS = 50_000

/** Where the seconds of a scenario are: of one that was measured, or of one whose process died. */
const INTERVALS = /^\.scenarios\[\d+\](?:\.result)?\.intervals$/

/** What is wrong with data: that there is too much of it, or that a second is none. */
export interface Crowd {
  readonly fault: 'too-large' | 'invalid'
  readonly message: string
}

/**
 * Where data has so much in it that checking it against a schema, which notes all that is wrong with it, could
 * take minutes and all memory; `null` if nowhere. Only seconds may be many: they are checked here, up
 * to the first that is none.
 */
export function findCrowd(data: unknown, isInterval: (item: unknown) => boolean): Crowd | null {
  let values = 0
  let intervals = 0
  const search = (value: unknown, place: string, depth: number): Crowd | null => {
    if (++values > MAX_OTHER_VALUES) {
      const most = formatCount(MAX_OTHER_VALUES)
      return { fault: 'too-large', message: `has more than ${most} values besides its intervals` }
    }
    if (typeof value !== 'object' || value === null) return null
    if (depth > DEEPEST) {
      return { fault: 'too-large', message: `nests deeper than ${DEEPEST} levels` }
    }
    const isList = Array.isArray(value)
    if (isList && INTERVALS.test(place)) {
      intervals += value.length
      if (intervals <= MAX_UNCHECKED_INTERVALS) return null
      const wrong = value.findIndex((item) => !isInterval(item))
      const at = `${place.slice(1)}[${wrong}]`
      return wrong < 0
        ? null
        : { fault: 'invalid', message: `${at}: it is not one second of one operation` }
    }
    for (const key in value) {
      if (!Object.hasOwn(value, key)) continue
      const inside = isList ? `${place}[${key}]` : `${place}.${key}`
      const crowd = search(value[key as keyof typeof value], inside, depth + 1)
      if (crowd !== null) return crowd
    }
    return null
  }
  return search(data, '', 1)
}
