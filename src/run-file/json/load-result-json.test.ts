import * as fc from 'fast-check'
import { JsHistogram, type Histogram } from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { histogramFigures, MAX_TIME_US, newTimeHistogram } from '../../load/recording/histogram.ts'
import type { LoadResult } from '../../load/result.ts'
import { arbitraryHistogram, arbitraryLoadResult } from '../testing/arbitrary-run.ts'
import { deserializeHistogram, readStoredCounts, serializeHistogram } from './histogram-json.ts'
import { deserializeLoadResult, serializeLoadResult } from './load-result-json.ts'
import { loadResultSchema } from '../schema/load-result-schema.ts'

/** Every bucket that was counted in, and its count. */
function bucketsOf(histogram: Histogram): ReadonlyMap<number, number> {
  if (!(histogram instanceof JsHistogram)) throw new Error('not a histogram of this library')
  const buckets = new Map<number, number>()
  for (let i = 0; i < histogram.countsArrayLength; i++) {
    const count = histogram.getCountAtIndex(i)
    if (count > 0) buckets.set(i, count)
  }
  return buckets
}

describe('a histogram and its stored form', () => {
  test('agree in every count and figure, up to the largest time', () => {
    fc.assert(
      fc.property(arbitraryHistogram, (histogram) => {
        const readBack = deserializeHistogram(serializeHistogram(histogram))
        expect(bucketsOf(readBack)).toEqual(bucketsOf(histogram))
        expect(histogramFigures(readBack)).toEqual(histogramFigures(histogram))
      }),
    )
  })

  test.each([0, 1, 2_047, 2_048, MAX_TIME_US - 1, MAX_TIME_US])(
    'a time of %i µs survives, however often it was recorded',
    (us) => {
      const histogram = newTimeHistogram()
      histogram.recordValueWithCount(us, 2 ** 32 - 1)
      const readBack = deserializeHistogram(serializeHistogram(histogram))
      expect(readBack.totalCount).toBe(2 ** 32 - 1)
      expect(readBack.getValueAtPercentile(100)).toBe(histogram.getValueAtPercentile(100))
    },
  )
})

test('a load result survives the round trip through JSON', () => {
  fc.assert(
    fc.property(arbitraryLoadResult, (result) => {
      const json: unknown = JSON.parse(JSON.stringify(serializeLoadResult(result)))
      const readBack = deserializeLoadResult(loadResultSchema.parse(json))
      const apart = (of: LoadResult): object => ({
        ...of,
        model: comparable(of.model),
        operations: [...of.operations.keys()],
        metrics: of.metrics.map(comparable),
      })
      expect(apart(readBack)).toEqual(apart(result))
      for (const [name, operation] of result.operations) {
        expect(comparable(readBack.operations.get(name))).toEqual(comparable(operation))
      }
    }),
    { numRuns: 30 },
  )
})

test('the stored form leaves out fields that are not part of a load result', () => {
  fc.assert(
    fc.property(arbitraryLoadResult, (result) => {
      const withMore = Object.assign({ latency: { mean: 1 } }, result)
      const json = serializeLoadResult(withMore)
      expect(loadResultSchema.safeParse(json).error).toBeUndefined()
    }),
    { numRuns: 5 },
  )
})

describe('damaged histograms, refused before the library reads them', () => {
  const { hdrV2Base64: sound } = serializeHistogram(newTimeHistogram())

  test('accepts a sound histogram', () => {
    expect(readStoredCounts(sound)).toEqual({ kind: 'sound', counts: [] })
  })

  test.each([
    ['nothing', '', 'not a compressed HdrHistogram V2'],
    ['other bytes', Buffer.from('some other base64 text').toString('base64'), 'not a compressed'],
    ['a part', sound.slice(0, -8), 'length differs from the stated one'],
  ])('%s', (_, text, flaw) => {
    expect(readStoredCounts(text)).toMatchObject({ flaw: expect.stringContaining(flaw) })
    expect(() =>
      deserializeHistogram({ ...serializeHistogram(newTimeHistogram()), hdrV2Base64: text }),
    ).toThrow(flaw)
  })

  test('refuses any single changed byte that does not leave a histogram', () => {
    const bytes = Buffer.from(sound, 'base64')
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Buffer.from(bytes)
        damaged[at] = (damaged[at] ?? 0) ^ change
        const hdrV2Base64 = damaged.toString('base64')
        if (readStoredCounts(hdrV2Base64).kind === 'flawed') return
        const { figures } = serializeHistogram(newTimeHistogram())
        expect(deserializeHistogram({ figures, hdrV2Base64 }).totalCount).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})

function comparable(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof JsHistogram) return bucketsOf(value)
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, comparable(part)]))
}
