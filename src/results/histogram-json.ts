import { inflateSync } from 'node:zlib'
import {
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js'
import { histogramFigures } from '../load/recording/histogram-figures.ts'
import { LARGEST_TIME_US } from '../load/recording/histogram.ts'
import type { HistogramJson } from './load-result-schema.ts'

/** The stored form of a histogram of times in µs: every count, and the figures that people read. */
export function serializeHistogram(histogram: Histogram): HistogramJson {
  return {
    figures: histogramFigures(histogram),
    hdrV2Base64: encodeIntoCompressedBase64(histogram),
  }
}

/**
 * The histogram of a stored form, equal in every count.
 * @throws Error if the text is not one of ours; `findHistogramFlaw` says beforehand.
 */
export function deserializeHistogram({ hdrV2Base64 }: HistogramJson): Histogram {
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
  return null
}

const COMPRESSED_COOKIE = 0x1c849314
const COOKIE = 0x1c849313
const HEADER_BYTES = 40
/** 22 buckets of 1,024 counts and the first one's lower half, 9 bytes each at most. */
const MAX_BYTES = HEADER_BYTES + 23 * 1_024 * 9

function inflate(compressed: Buffer): Buffer | null {
  try {
    return inflateSync(compressed, { maxOutputLength: MAX_BYTES })
  } catch {
    return null
  }
}
