import {
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js'
import { histogramFigures } from '../../load/recording/histogram.ts'
import type { HistogramJson } from '../schema/values-schema.ts'
import { readStoredCounts } from './stored-counts.ts'

/** The stored form of a histogram of times in µs: every count, and the figures that people read. */
export function serializeHistogram(histogram: Histogram): HistogramJson {
  return {
    figures: histogramFigures(histogram),
    hdrV2Base64: serializeCounts(histogram),
  }
}

/**
 * The histogram of a stored form, equal in every count.
 * @throws Error if the text is not one of ours; `readStoredCounts` says beforehand.
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
 * @throws Error if the text is not one of ours; `readStoredCounts` says beforehand.
 */
export function deserializeCounts(hdrV2Base64: string): Histogram {
  const stored = readStoredCounts(hdrV2Base64)
  if (stored.kind === 'flawed') throw new Error(`histogram: ${stored.flaw}`)
  return decodeFromCompressedBase64(hdrV2Base64)
}
