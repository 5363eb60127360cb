import {
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js'
import { inflateSync } from 'node:zlib'
import { histogramFigures, MAX_TIME_US } from '../../load/recording/histogram.ts'
import { rankOf } from '../../load/recording/rank.ts'
import { BUCKETS, shortestIn } from '../../load/recording/time-counts.ts'
import type { HistogramJson } from '../schema/values-schema.ts'

/** The stored form of a histogram of times in µs: every count, and figures for people. */
export function serializeHistogram(histogram: Histogram): HistogramJson {
  return {
    figures: histogramFigures(histogram),
    hdrV2Base64: serializeCounts(histogram),
  }
}

/**
 * Restores a histogram, equal in every count.
 * @throws Error if the text is not a valid histogram; `readStoredCounts` checks without throwing.
 */
export function deserializeHistogram({ hdrV2Base64 }: HistogramJson): Histogram {
  return deserializeCounts(hdrV2Base64)
}

/** Every count of a histogram, as HdrHistogram V2, compressed, in base64. */
export function serializeCounts(histogram: Histogram): string {
  return encodeIntoCompressedBase64(histogram)
}

/**
 * Restores a histogram from its counts.
 * @throws Error if the text is not a valid histogram; `readStoredCounts` checks without throwing.
 */
export function deserializeCounts(hdrV2Base64: string): Histogram {
  const stored = readStoredCounts(hdrV2Base64)
  if (stored.kind === 'flawed') throw new Error(`histogram: ${stored.flaw}`)
  return decodeFromCompressedBase64(hdrV2Base64)
}

/** A non-empty bucket of `newTimeHistogram()`, and its count. */
export type BucketCount = readonly [bucket: number, count: number]

/** The counts of a stored histogram in order of their buckets, or why it can't be read. */
export type StoredCounts =
  | { readonly kind: 'sound'; readonly counts: readonly BucketCount[] }
  | { readonly kind: 'flawed'; readonly flaw: string }

/** The figures of a histogram in its own steps: µs where it is of times. `null` where nothing was recorded. */
export interface StepFigures {
  readonly count: number
  readonly mean: number | null
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
  readonly p999: number | null
  readonly max: number | null
}

/**
 * Reads a stored histogram of times without trusting it: time and memory depend on its actual size, not on the size
 * it claims. The library trusts its input: a false length would make it allocate or loop without end.
 * Format: HdrHistogram V2, https://github.com/HdrHistogram/HdrHistogram (`AbstractHistogram`).
 */
export function readStoredCounts(hdrV2Base64: string): StoredCounts {
  const outer = Buffer.from(hdrV2Base64, 'base64')
  if (outer.length < 8 || outer.readInt32BE(0) !== COMPRESSED_COOKIE) {
    return flawed('it is not a compressed HdrHistogram V2')
  }
  if (outer.readInt32BE(4) !== outer.length - 8)
    return flawed('its length differs from the stated one')
  const inner = inflate(outer.subarray(8))
  if (inner === null) {
    return flawed('its compressed content is damaged, or larger than any histogram')
  }
  if (inner.length < HEADER_BYTES || inner.readInt32BE(0) !== COOKIE) {
    return flawed('its content is not an HdrHistogram V2')
  }
  if (inner.readInt32BE(4) !== inner.length - HEADER_BYTES) return flawed('its counts are cut off')
  const digits = inner.readInt32BE(12)
  const lowest = inner.readBigInt64BE(16)
  const highest = inner.readBigInt64BE(24)
  if (digits !== 3 || lowest !== 1n || highest !== BigInt(MAX_TIME_US)) {
    return flawed(`it does not hold times from 1 to ${MAX_TIME_US} µs at 3 digits`)
  }
  return readCounts(inner.subarray(HEADER_BYTES))
}

/** The same figures as the library's for the same histogram. */
export function figuresOfCounts(counts: readonly BucketCount[]): StepFigures {
  const count = counts.reduce((sum, [, times]) => sum + times, 0)
  if (count === 0) {
    return { count, mean: null, p50: null, p95: null, p99: null, p999: null, max: null }
  }
  const sum = counts.reduce((total, [bucket, times]) => total + middleOf(bucket) * times, 0)
  const at = (percentile: number): number => longestAt(counts, rankOf(percentile, count))
  return {
    count,
    mean: sum / count,
    p50: at(50),
    p95: at(95),
    p99: at(99),
    p999: at(99.9),
    max: at(100),
  }
}

/** How many records are certainly at or below a value, in steps: those of buckets that end by it. */
export function countUpTo(counts: readonly BucketCount[], value: number): number {
  return counts
    .filter(([bucket]) => shortestIn(bucket + 1) - 1 <= value)
    .reduce((sum, [, times]) => sum + times, 0)
}

/** The longest time of the bucket that holds the `rank`-th time, in steps. */
function longestAt(counts: readonly BucketCount[], rank: number): number {
  let counted = 0
  for (const [bucket, times] of counts) {
    counted += times
    if (counted >= rank) return shortestIn(bucket + 1) - 1
  }
  return MAX_TIME_US
}

function middleOf(bucket: number): number {
  const shortest = shortestIn(bucket)
  return shortest + Math.floor((shortestIn(bucket + 1) - shortest) / 2)
}

/**
 * Each count is a ZigZag LEB128 number of up to 9 bytes; a negative one stands for that many zeros, through which the
 * library would walk however many there are.
 */
function readCounts(bytes: Buffer): StoredCounts {
  const counts: BucketCount[] = []
  let bucket = 0
  let total = 0
  for (let at = 0; at < bytes.length;) {
    let value = 0
    let scale = 1
    for (let i = 0; i < MAX_NUMBER; i++) {
      const byte = bytes[at++]
      if (byte === undefined) return flawed('its counts are cut off')
      const isLast = byte < 128 || i === MAX_NUMBER - 1
      value += (isLast ? byte : byte - 128) * scale
      if (isLast) break
      scale *= 128
    }
    const isZeros = value % 2 === 1
    if (!isZeros && value > 0) counts.push([bucket, value / 2])
    bucket += isZeros ? (value + 1) / 2 : 1
    if (!isZeros) total += value / 2
    if (bucket > BUCKETS) return flawed('it has more counts than buckets')
  }
  if (total > Number.MAX_SAFE_INTEGER) return flawed('its counts are too large')
  return { kind: 'sound', counts }
}

const COMPRESSED_COOKIE = 0x1c849314
const COOKIE = 0x1c849313
const HEADER_BYTES = 40
/** The longest ZigZag LEB128 number, in bytes. */
const MAX_NUMBER = 9
const MAX_BYTES = HEADER_BYTES + BUCKETS * MAX_NUMBER

function inflate(compressed: Buffer): Buffer | null {
  try {
    return inflateSync(compressed, { maxOutputLength: MAX_BYTES })
  } catch {
    return null
  }
}

function flawed(flaw: string): StoredCounts {
  return { kind: 'flawed', flaw }
}
