import type { MetricResult } from '../../load/metrics/metric-recorders.ts'
import { inUnit, trendAt, type TrendResult } from '../../load/metrics/trend.ts'
import type { TagSplit } from '../../load/notes/tag-splits.ts'
import {
  deserializeCounts,
  deserializeHistogram,
  serializeCounts,
  serializeHistogram,
} from './histogram-json.ts'
import type { LoadResultJson } from '../schema/load-result-schema.ts'

/** A metric as it is stored. */
export type MetricJson = LoadResultJson['metrics'][number]
/** Figures split by a tag, as they are stored. */
export type TagSplitJson = LoadResultJson['operations'][number]['tags'][number]
type TrendJson = Extract<MetricJson, { readonly kind: 'trend' }>

/** The stored form of a metric; that of a trend has its figures beside its histogram. */
export function serializeMetric(metric: MetricResult): MetricJson {
  if (metric.kind !== 'trend') return metric
  const { kind, name, unit, resolution, histogram, clamped, invalid } = metric
  const figures = trendFigures(metric)
  const hdrV2Base64 = serializeCounts(histogram)
  return { kind, name, unit, resolution, figures, hdrV2Base64, clamped, invalid }
}

/**
 * The metric of a stored form.
 * @throws Error if its histogram is damaged.
 */
export function deserializeMetric(metric: MetricJson): MetricResult {
  if (metric.kind !== 'trend') return metric
  const { kind, name, unit, resolution, hdrV2Base64, clamped, invalid } = metric
  const histogram = deserializeCounts(hdrV2Base64)
  return { kind, name, unit, resolution, histogram, clamped, invalid }
}

/** The stored form of one value's requests. */
export function serializeTagSplit(split: TagSplit): TagSplitJson {
  return {
    ...split,
    response: serializeHistogram(split.response),
    service: serializeHistogram(split.service),
    undisturbed: serializeHistogram(split.undisturbed),
  }
}

/**
 * One value's requests of their stored form.
 * @throws Error if a histogram in it is damaged.
 */
export function deserializeTagSplit(split: TagSplitJson): TagSplit {
  return {
    ...split,
    response: deserializeHistogram(split.response),
    service: deserializeHistogram(split.service),
    undisturbed: deserializeHistogram(split.undisturbed),
  }
}

function trendFigures(trend: TrendResult): TrendJson['figures'] {
  const { histogram, resolution } = trend
  const count = histogram.totalCount
  return {
    count,
    mean: count === 0 ? null : inUnit(histogram.mean, resolution),
    p50: trendAt(trend, 50),
    p95: trendAt(trend, 95),
    p99: trendAt(trend, 99),
    p999: trendAt(trend, 99.9),
    max: trendAt(trend, 100),
  }
}
