import { inflateSync } from 'node:zlib'
import {
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js'
import { histogramFigures } from '../load/recording/histogram-figures.ts'
import { LARGEST_TIME_US } from '../load/recording/histogram.ts'
import type { HistogramJson } from './histogram-schema.ts'

/** The stored form of a histogram of times in µs: every count, and the figures that people read. */
export function serializeHistogram(histogram: Histogram): HistogramJson {
  return {
    figures: histogramFigures(histogram),
    hdrV2Base64: serializeCounts(histogram),
  }
}

/**
 * The histogram of a stored form, equal in every count.
 * @throws Error if the text is not one of ours; `findHistogramFlaw` says beforehand.
 */
export function deserializeHistogram({ hdrV2Base64 }: HistogramJson): Histogram {
  return deserializeCounts(hdrV2Base64)
}

/** Every count of a histogram, as HdrHistogram V2, compressed, in base64. */
export function serializeCounts(histogram: Histogram): string {
  return encodeIntoCompressedBase64(histogram)
}

/**
 * The histogram of its counts.
 * @throws Error if the text is not one of ours; `findHistogramFlaw` says beforehand.
 */
export function deserializeCounts(hdrV2Base64: string): Histogram {
  const flaw = findHistogramFlaw(hdrV2Base64)
  if (flaw !== null) throw new Error(`histogram: ${flaw}`)
  return decodeFromCompressedBase64(hdrV2Base64)
}

/**
 * Why a text can't be read as a histogram of times; `null` if it can. The library trusts what it
 * reads: a false length would make it allocate or loop without end.
 * Format: HdrHistogram V2, https://github.com/HdrHistogram/HdrHistogram (`AbstractHistogram`).
 */
export function findHistogramFlaw(hdrV2Base64: string): string | null {
  const outer = Buffer.from(hdrV2Base64, 'base64')
  if (outer.length < 8 || outer.readInt32BE(0) !== COMPRESSED_COOKIE) {
    return 'it is not a compressed HdrHistogram V2'
  }
  if (outer.readInt32BE(4) !== outer.length - 8) return 'its length is not the stated one'
  const inner = inflate(outer.subarray(8))
  if (inner === null) return 'its compressed content is damaged, or larger than any histogram'
  if (inner.length < HEADER_BYTES || inner.readInt32BE(0) !== COOKIE) {
    return 'its content is not an HdrHistogram V2'
  }
  if (inner.readInt32BE(4) !== inner.length - HEADER_BYTES) return 'its counts are cut off'
  const digits = inner.readInt32BE(12)
  const lowest = inner.readBigInt64BE(16)
  const highest = inner.readBigInt64BE(24)
  if (digits !== 3 || lowest !== 1n || highest !== BigInt(LARGEST_TIME_US)) {
    return `it does not hold times from 1 to ${LARGEST_TIME_US} µs at 3 digits`
  }
  return findCountsFlaw(inner.subarray(HEADER_BYTES))
}

/**
 * Why counts can't be read; `null` if they can. Each is a ZigZag LEB128 number of up to 9 bytes; one below 0
 * is a stretch of so many zeros, and the library would walk to its end wherever that is.
 */
function findCountsFlaw(counts: Buffer): string | null {
  let place = 0
  let total = 0
  for (let at = 0; at < counts.length;) {
    let value = 0
    let scale = 1
    for (let i = 0; i < LONGEST_NUMBER; i++) {
      const byte = counts[at++]
      if (byte === undefined) return 'its counts are cut off'
      const isLast = byte < 128 || i === LONGEST_NUMBER - 1
      value += (isLast ? byte : byte - 128) * scale
      if (isLast) break
      scale *= 128
    }
    const isZeros = value % 2 === 1
    place += isZeros ? (value + 1) / 2 : 1
    if (!isZeros) total += value / 2
    if (place > COUNTS) return 'it has more counts than there are times'
  }
  return total > Number.MAX_SAFE_INTEGER ? 'its counts are too large' : null
}

const COMPRESSED_COOKIE = 0x1c849314
const COOKIE = 0x1c849313
const HEADER_BYTES = 40
/** 22 buckets of 1,024 counts and the first one's lower half. */
const COUNTS = 23 * 1_024
/** Of a ZigZag LEB128 number, in bytes. */
const LONGEST_NUMBER = 9
const MAX_BYTES = HEADER_BYTES + COUNTS * LONGEST_NUMBER

function inflate(compressed: Buffer): Buffer | null {
  try {
    return inflateSync(compressed, { maxOutputLength: MAX_BYTES })
  } catch {
    return null
  }
}
