import { formatCount } from '../../format.ts'

/** Files larger than this, in bytes, are not read: a day of three operations has 100 MB of seconds. */
export const MAX_BYTES = 256 * 2 ** 20

const MAX_DEPTH = 64
/** Of lists, objects and texts. */
const MAX_PARTS = 8_000_000
/** Of values: a day of three operations has 25 million numbers. */
const MAX_VALUES = 32_000_000

/** JSON of up to this many bytes fits into memory, whatever it parses to. */
const ALWAYS_FITS_BYTES = 16 * 2 ** 20

/**
 * Says why JSON must not be parsed because the result would not fit into memory; `null` if it may. Looks only at
 * the structure, whatever else is wrong with the text.
 */
export function findSizeFlaw(text: Buffer): string | null {
  if (text.length <= ALWAYS_FITS_BYTES) return null
  let depth = 0
  let parts = 0
  let values = 0
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case QUOTE:
        i = endOfString(text, i)
        parts++
        break
      case OPEN_LIST:
      case OPEN_OBJECT:
        depth++
        parts++
        if (depth > MAX_DEPTH) return `nests deeper than ${MAX_DEPTH} levels`
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
    if (parts > MAX_PARTS) return `has more than ${formatCount(MAX_PARTS)} lists, objects and texts`
    if (values > MAX_VALUES) return `has more than ${formatCount(MAX_VALUES)} values`
  }
  return null
}

/** The index of the quote that ends a string, or of the end of the text. */
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

/** Without its seconds, a scenario has about 400 values. */
const MAX_OTHER_VALUES = 500_000

/** Up to this many invalid seconds, the schema's list of flaws fits into memory. */
const MAX_UNCHECKED_INTERVALS = 50_000

/** The paths of a scenario's seconds, measured or lost, in files of schema version 6 or older. */
const INTERVALS = /^\.scenarios\[\d+\](?:\.result)?\.intervals$/

/** The paths of the columns of its seconds, each of which the schema checks as a whole. */
const COLUMN =
  /^\.scenarios\[\d+\](?:\.result)?\.intervals\.(?:seconds|timestamps|operations\[\d+\]\.(?!errors$)(?:(?:lateness|response)\.)?\w+|operations\[\d+\]\.errors\[\d+\]\.counts)$/

/** Too much data, or a second that is not valid. */
export interface Crowd {
  readonly fault: 'too-large' | 'invalid'
  readonly message: string
}

/**
 * Finds data so large that checking it against the schema, which lists every flaw, could take minutes and all
 * memory; `null` if there is none. Only seconds may be many: columns of them are skipped, and rows of older files are
 * checked here, up to the first invalid one.
 * @param isInterval whether a row of an older file is valid.
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
    if (depth > MAX_DEPTH) {
      return { fault: 'too-large', message: `nests deeper than ${MAX_DEPTH} levels` }
    }
    const isList = Array.isArray(value)
    if (isList && INTERVALS.test(place)) {
      intervals += value.length
      if (intervals <= MAX_UNCHECKED_INTERVALS) return null
      const wrong = value.findIndex((item) => !isInterval(item))
      const at = `${place.slice(1)}[${wrong}]`
      return wrong < 0
        ? null
        : { fault: 'invalid', message: `${at}: it is not a valid second of an operation` }
    }
    if (isList && COLUMN.test(place)) return null
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
